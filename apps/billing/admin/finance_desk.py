"""Finance's desk: a month by stage, what is owed by age, disputes by cause, who owes most (BIL-6, BIL-7)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import MonthReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table, amount, bar, number
from apps.billing.admin.ages import age_labels
from apps.billing.enums import DisputeReason, InvoiceState, StatementFile, StatementState
from apps.billing.queries import board
from apps.billing.rules.months import month_of
from apps.core.money import format_money
from apps.customers.models import Customer

EXPORT = "billing.export_statement"
AGE_COLOURS = ("blue", "blue", "amber", "amber", "red", "red")


class DeskForm(MonthReportForm):
    """The month before: its statements are being seen to."""

    def usual(self) -> dict[str, str]:
        return {"month": f"{month_of(self.today) - timedelta(days=1):%Y-%m}"}


class FinanceDesk(Report):
    where, name = "board/", "board"
    title = _("Finance's desk")
    permission = "billing.view_receipt"
    form = DeskForm
    template = "billing/board.html"
    in_columns = True

    def parts(self, query: ReportQuery) -> list[Table]:
        today, visible = query.form.today, None
        if query.user.visible_unit_ids() is not None:
            visible = list(Customer.objects.visible_to(query.user).values_list("pk", flat=True))
        ages = list(
            zip(age_labels(), board.age_sums(today, customers=visible), AGE_COLOURS, strict=True)
        )
        return [
            _stages(query.values["month"]),
            _ages(ages),
            _disputes(),
            _invoices(),
            _weeks(board.expected_by_week(today, customers=visible)),
            _debtors([label for label, _sum, _colour in ages], today, visible),
        ]

    def links(self, query: ReportQuery) -> list[tuple[Any, str]]:
        return [(_("Overdue payers"), reverse("admin:billing_overduepayer_changelist"))]

    def more(self, query: ReportQuery) -> dict[str, Any]:
        return {"files": StatementFile.choices if query.user.has_perm(EXPORT) else ()}


def _statements(**asked: Any) -> str:
    return f"{reverse('admin:billing_statement_changelist')}?{urlencode(asked)}"


def _stages(month: date) -> Table:
    found = board.stages(month)
    most = max((stage.n for stage in found.values()), default=0)
    rows = [
        (state, found.get(state.value) or board.Stage(state, 0, Decimal(0)))
        for state in StatementState
    ]
    return Table(
        (
            Column("state", _("Stage"), lambda row: row[0].label, is_link=True),
            Column("bar", _("as a bar"), lambda row: bar(row[1].n, most)),
            number("n", _("How many"), lambda row: row[1].n),
            amount("charged", _("Amount"), lambda row: row[1].charged if row[1].n else None),
        ),
        rows,
        title=_("Statements by stage"),
        address=lambda row: _statements(state__exact=row[0], period__exact=month),
    )


def _ages(ages: Sequence[tuple[str, Decimal, str]]) -> Table:
    sums = [owed for _label, owed, _colour in ages]
    widest = max(sums)
    return Table(
        (
            Column("age", _("Age"), lambda row: row[1][0], is_link=True),
            Column("bar", _("as a bar"), lambda row: bar(row[1][1], widest, row[1][2])),
            amount("owed", _("Amount"), lambda row: row[1][1]),
        ),
        list(enumerate(ages)),
        title=_("What is owed, by age"),
        address=lambda row: _statements(age=row[0]),
        foot=(gettext("Together"), "", format_money(sum(sums, Decimal(0)))),
    )


def _weeks(weeks: Sequence[board.Week]) -> Table:
    fullest = max(max(one.due, one.usual) for one in weeks)

    def name(week: board.Week) -> Any:
        if week is weeks[-1]:
            return gettext("later")
        monday = f"{week.monday:%m-%d}"
        if week is not weeks[0]:
            return monday
        return format_html("{} <small>{}</small>", monday, gettext("with all overdue"))

    return Table(
        (
            Column("week", _("Week from"), name),
            Column("bar", _("as a bar"), lambda week: bar(week.usual, fullest)),
            amount("usual", _("as they usually pay")),
            amount("due", _("by the due dates")),
        ),
        weeks,
        title=_("Money expected by week"),
        is_wide=True,
    )


def _disputes() -> Table:
    where = reverse("admin:billing_dispute_changelist")
    return Table(
        (
            Column("why", _("Cause"), lambda row: DisputeReason(row[0]).label, is_link=True),
            number("n", _("How many"), lambda row: row[1]),
            amount("amount", _("Amount"), lambda row: row[2]),
        ),
        board.disputes_by_cause(),
        title=_("Open disputes by cause"),
        address=lambda row: f"{where}?{urlencode({'why__exact': row[0], 'state__exact': 'open'})}",
        empty=_("No line is disputed."),
    )


def _invoices() -> Table:
    where = reverse("admin:billing_invoice_changelist")
    return Table(
        (
            Column("state", _("State"), lambda row: InvoiceState(row[0]).label, is_link=True),
            number("n", _("How many"), lambda row: row[1]),
        ),
        list(board.invoices_to_see_to().items()),
        title=_("Invoices that wait for somebody"),
        address=lambda row: f"{where}?{urlencode({'state__exact': row[0]})}",
        empty=_("None: whatever was asked for is issued."),
    )


def _debtors(labels: Sequence[str], today: date, visible: list[int] | None) -> Table:
    def of_age(n: int, label: str) -> Column:
        return amount(f"age{n}", label, lambda debtor: debtor.ages[n] or None)

    return Table(
        (
            Column("payer", _("Payer"), lambda one: f"{one.code} {one.name}", is_link=True),
            *(of_age(n, label) for n, label in enumerate(labels)),
            amount("owed", _("Together")),
        ),
        board.ageing(today, customers=visible),
        title=_("Who owes most"),
        address=lambda one: _statements(q=one.code),
        empty=_("Nobody owes anything: every frozen statement is settled."),
        is_wide=True,
    )
