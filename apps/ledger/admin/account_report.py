"""An account's balance and its postings, newest first."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.backoffice.lists import Column
from apps.backoffice.reports import Facts, Report, ReportQuery, Table, amount
from apps.core.money import format_money
from apps.ledger import queries

MOST = 50
POSTINGS = (
    Column("day", _("Day"), lambda row: f"{row.day:%Y-%m-%d}"),
    Column("text", _("Summary"), is_link=True),
    Column("waybill", _("Waybill")),
    amount("debit", _("Debit"), lambda row: row.debit or None),
    amount("credit", _("Credit"), lambda row: row.credit or None),
)


class AccountReport(Report):
    permission = "ledger.view_account"

    def parts(self, query: ReportQuery) -> list[Any]:
        account = query.subject
        balance = queries.balance_of(account.pk)
        rows = queries.postings_of(account.pk, after=_read_place(query.place), most=MOST + 1)
        further = None
        if len(rows) > MOST:
            day, pk = rows[MOST - 1].key
            further = (_("Older"), query.address_with(after=f"{day}:{pk}"))
        return [
            Facts(
                (
                    (account.kind.name, account.kind.code),
                    (_("Balance"), format_money(balance.net)),
                    (_("Debit"), format_money(balance.debit)),
                    (_("Credit"), format_money(balance.credit)),
                )
            ),
            Table(
                POSTINGS,
                rows[:MOST],
                address=lambda row: reverse("admin:ledger_entry_change", args=[row.entry_id]),
                empty=_("Nothing has been posted yet."),
                further=further,
            ),
        ]


def _read_place(text: str) -> tuple[date, int] | None:
    """Where the page begins, from ``?after=2026-11-30:17``."""
    day, _colon, pk = text.partition(":")
    try:
        return (date.fromisoformat(day), int(pk)) if pk else None
    except ValueError:
        return None
