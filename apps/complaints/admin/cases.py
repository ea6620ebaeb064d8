"""Cases on the staff site (CMP-1, CMP-7): the list, taking one down, the page of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.staff import person
from apps.backoffice.listing import ListAdmin
from apps.complaints.admin.access import may, must_see
from apps.complaints.admin.bulk import BulkPages
from apps.complaints.admin.case_list import CaseList
from apps.complaints.admin.intake import IntakePages
from apps.complaints.admin.merging import MergePages
from apps.complaints.admin.papers import PaperPages
from apps.complaints.admin.presence import PresencePages
from apps.complaints.models import Case


@admin.register(Case)
class CaseAdmin(IntakePages, MergePages, PaperPages, PresencePages, BulkPages, ListAdmin):
    listing = CaseList()
    search_fields = ("number",)
    add_label = _("Take down a case")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("intake/", self.intake_view, "intake"),
            ("intake/draft/", self.draft_view, "draft"),
            ("intake/context/", self.context_view, "context"),
            ("file/<str:key>/", require_GET(self.file_view), "file"),
            ("number/<str:number>/", require_GET(self.page_view), "page"),
            ("number/<str:number>/reveal/", self.reveal_view, "reveal"),
            ("number/<str:number>/opened/", require_GET(self.opened_view), "opened"),
            ("number/<str:number>/here/", self.presence_view, "presence"),
            ("number/<str:number>/keep/", self.save_draft_view, "keep"),
            ("number/<str:number>/print/", require_GET(self.print_view), "print"),
            (
                "number/<str:number>/read/<slug:code>/",
                require_POST(self.read_view),
                "read",
            ),
            ("number/<str:number>/record/", require_GET(self.record_view), "record"),
            ("number/<str:number>/merge/", self.merge_view, "merge"),
            ("number/<str:number>/split/", self.split_view, "split"),
            *super().own_pages(),
        ]

    def must_list(self, request: HttpRequest) -> None:
        must_see(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        visible = Case.objects.visible_to(person(request))
        return visible.select_related("owner", "unit", "customer", "waybill")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, "add_case")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:complaints_case_intake")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Where events and other pages point to: the page under the case's number."""
        must_see(request)
        known = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        case = self.get_queryset(request).filter(pk=object_id).first() if known else None
        if case is None:
            raise Http404
        return redirect("admin:complaints_case_page", case.number)
