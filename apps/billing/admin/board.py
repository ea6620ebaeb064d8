"""Pages beside the statements: finance's desk, the month's files, what payers sent back (BIL-6, BIL-7)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.staff import person
from apps.backoffice.reporting import ReportAdmin
from apps.billing import services
from apps.billing.admin.finance_desk import EXPORT, FinanceDesk
from apps.billing.enums import StatementFile
from apps.billing.forms import FileForm, MonthForm
from apps.billing.models import StatementPaper
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken


class BoardPages(ReportAdmin):
    """Pages beside the list of statements."""

    reports = (FinanceDesk(),)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("board/files/", self.files_view, "files"),
            ("<int:key>/paper/<int:paper>/", self.paper_view, "paper"),
            *super().own_pages(),
        ]

    def paper_view(self, request: HttpRequest, key: int, paper: int) -> HttpResponseBase:
        """What the payer sent back with a statement, as it came."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(StatementPaper, pk=paper, statement=self.seen(request, key))
        opened = found.file.open("rb")
        return private_file(opened, name=found.name, content_type=found.content_type)

    def files_view(self, request: HttpRequest) -> HttpResponseBase:
        """All statements of a month in one archive, by a job."""
        if request.method != "POST" or not request.user.has_perm(EXPORT):
            raise PermissionDenied
        month, typed = MonthForm(request.POST), FileForm(request.POST)
        desk = reverse("admin:billing_statement_board")
        if not (month.is_valid() and typed.is_valid()):
            messages.warning(request, gettext("Choose a month and a kind of file."))
            return HttpResponseRedirect(desk)
        form = StatementFile(typed.cleaned_data["form"])
        asked = month.cleaned_data["month"]
        try:
            job = services.ask_statement_files(
                month=asked, form=form, by=person(request), at=timezone.now()
            )
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
            return HttpResponseRedirect(f"{desk}?month={asked:%Y-%m}")
        return HttpResponseRedirect(reverse("admin:backoffice_job_change", args=[job.pk]))
