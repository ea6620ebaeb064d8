"""The daily proof, and the board: where every yuan is (COD-7)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.staff import person
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.models import CodProof
from apps.cod.queries.board import board

PROVE = "cod.prove_cod"


@admin.register(CodProof)
class CodProofAdmin(PanelAdmin):
    list_display = ("day", "at", "accounts", "differences")
    list_filter = ("day",)
    ordering = ("-id",)
    page_template = "cod/proof.html"

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("board/", require_GET(self.board_view), "board"),
            ("prove/", require_POST(self.prove_view), "prove"),
            *super().own_pages(),
        ]

    def facts(self, request: HttpRequest, record: CodProof) -> dict[str, Any]:
        return {"title": str(record), "found": record.found.all()[:200]}

    def board_view(self, request: HttpRequest) -> HttpResponseBase:
        """Where every yuan is now, how long from door to bank, what is short where."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = board(timezone.now())
        may = request.user.has_perm(PROVE)
        return self.page(
            request, "cod/board.html", _("COD: where every yuan is"), board=found, may=may
        )

    def prove_view(self, request: HttpRequest) -> HttpResponseBase:
        """Prove now what is proved every day by itself."""
        if not request.user.has_perm(PROVE):
            raise PermissionDenied
        proof = services.prove_cod(by=person(request), at=timezone.now())
        if proof.differences:
            messages.error(
                request, gettext("The rows and the ledger differ. Look at what is found.")
            )
        else:
            messages.success(request, gettext("Every yuan is in exactly one state."))
        return HttpResponseRedirect(reverse("admin:cod_codproof_change", args=[proof.pk]))
