"""Finance's desk: a month by stage, what is owed by age, disputes by cause, the month's files (BIL-6, BIL-7)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.billing import services
from apps.billing.admin.ages import age_labels
from apps.billing.enums import DisputeReason, InvoiceState, StatementFile, StatementState
from apps.billing.forms import FileForm, MonthForm
from apps.billing.models import StatementPaper
from apps.billing.queries import board
from apps.billing.rules.months import month_of, next_month
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken
from apps.customers.models import Customer

EXPORT = "billing.export_statement"


class BoardPages(PageAdmin):
    """Pages beside the list of statements."""

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("board/", self.board_view, "board"),
            ("board/files/", self.files_view, "files"),
            ("<int:key>/paper/<int:paper>/", self.paper_view, "paper"),
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

    def board_view(self, request: HttpRequest) -> HttpResponseBase:
        """Finance's desk: a month by stage, what is owed by age, disputes by cause."""
        if not request.user.has_perm("billing.view_receipt"):
            raise PermissionDenied
        today = timezone.localdate()
        asked = parse_date(f"{request.GET.get('month', '')}-01"[:10]) if request.GET else None
        month = month_of(asked or _last_month(today))
        found = board.stages(month)
        most = max((stage.n for stage in found.values()), default=0)
        user = person(request)
        visible = None
        if user.visible_unit_ids() is not None:
            visible = list(Customer.objects.visible_to(user).values_list("pk", flat=True))
        debtors = board.ageing(today, customers=visible)
        columns = board.age_sums(today, customers=visible)
        weeks = board.expected_by_week(today, customers=visible)
        return self.page(
            request,
            "billing/board.html",
            _("Finance's desk"),
            month=month,
            forms=StatementFile.choices if user.has_perm(EXPORT) else (),
            earlier=_last_month(month),
            later=next_month(month),
            stages=[
                (state, found.get(state.value), _share(found.get(state.value), most))
                for state in StatementState
            ],
            debtors=debtors,
            invoices=[(InvoiceState(state), n) for state, n in board.invoices_to_see_to().items()],
            columns=list(zip(age_labels(), columns, strict=True)),
            weeks=weeks,
            fullest=max([*(max(one.due, one.usual) for one in weeks), Decimal(1)]),
            widest=max([*columns, Decimal(1)]),
            owed=sum(columns, Decimal(0)),
            disputes=[
                (DisputeReason(why), n, amount) for why, n, amount in board.disputes_by_cause()
            ],
        )


def _last_month(day: date) -> date:
    return month_of(date.fromordinal(month_of(day).toordinal() - 1))


def _share(stage: board.Stage | None, most: int) -> int:
    return round(100 * stage.n / most) if stage and most else 0
