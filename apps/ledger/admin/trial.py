"""The trial balance 试算平衡表 of a month."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import one_of
from apps.backoffice.forms.reports import MonthReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table, amount
from apps.core.money import format_money
from apps.ledger.enums import AccountKind
from apps.ledger.jobs import VOUCHERS
from apps.ledger.queries import TrialRow, trial_balance
from apps.ledger.rules import last_day


class TrialForm(MonthReportForm):
    kind = one_of(AccountKind, _("title"))


def _name(row: TrialRow) -> Any:
    name = row.party_name or row.name
    if not row.is_memo:
        return name
    memo = gettext("off the balance sheet")
    return format_html('{} <span class="tag tag-grey">{}</span>', name, memo)


class TrialBalance(Report):
    """By title, or the accounts of one title; its file are the vouchers of the month."""

    where, name = "trial-balance/", "trial"
    title = _("Trial balance")
    permission = "ledger.view_account"
    about = _("Above zero are debit balances. The file holds the vouchers of the month.")
    form = TrialForm
    export = VOUCHERS

    def parts(self, query: ReportQuery) -> list[Table]:
        month, kind = query.values["month"], query.values["kind"]
        rows = trial_balance(month, last_day(month), by_title=not kind, kind=kind)

        def address(row: TrialRow) -> str:
            if row.account_id:
                return reverse("admin:ledger_account_change", args=[row.account_id])
            return query.address_with(kind=row.kind)

        sums = ("opening", "debit", "credit", "closing")
        return [
            Table(
                columns=(
                    Column("code", _("Account code")),
                    Column("name", _("Account"), _name, is_link=True),
                    amount("opening", _("Opening balance")),
                    amount("debit", _("Debit")),
                    amount("credit", _("Credit")),
                    amount("closing", _("Closing balance")),
                ),
                rows=rows,
                address=address,
                foot=(
                    gettext("Together"),
                    "",
                    *(format_money(sum(getattr(row, one) for row in rows)) for one in sums),
                ),
                empty=_("Nothing has been posted yet."),
            )
        ]
