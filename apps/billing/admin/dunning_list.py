"""The board of overdue payers: whose letter is due, who promised, who had the last one (BIL-6)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.billing.enums import DunningStatus
from apps.billing.models import OverduePayer
from apps.billing.models.dunning import MOST_LEVELS
from apps.billing.queries.dunning import Overdue, overdue_payers
from apps.core.money import format_money
from apps.core.pagination import KeyPage


@dataclass(frozen=True, slots=True)
class PayerRow:
    payer: OverduePayer
    overdue: Overdue
    today: date


class PayerFilters(FilterForm):
    level = one_of([(str(n), str(n)) for n in range(1, MOST_LEVELS + 1)], _("next letter"))


def status_in_words(overdue: Overdue) -> str:
    """What comes next, and when."""
    step = overdue.step
    text = str(DunningStatus(step.status).label)
    if step.level:
        text = gettext("%(stand)s: no. %(level)d") % {"stand": text, "level": step.level}
    return f"{text} · {step.on:%Y-%m-%d}" if step.on else text


def _status(row: PayerRow) -> SafeString:
    status = DunningStatus(row.overdue.step.status)
    words = status_in_words(row.overdue)
    return format_html('<span class="tag tag-{}">{}</span>', status.colour, words)


def _since(row: PayerRow) -> str:
    oldest = row.overdue.oldest
    days = (row.today - oldest).days
    return gettext("%(day)s, %(n)d days") % {"day": oldest.isoformat(), "n": days}


class OverdueList(StaffList):
    title = _("Overdue payers")
    columns = (
        Column("payer", _("payer"), lambda row: str(row.payer), is_link=True),
        Column("n", _("statements"), lambda row: str(len(row.overdue.items))),
        Column("since", _("oldest due on"), _since),
        Column("owed", _("overdue"), lambda row: format_money(row.overdue.owed), is_number=True),
        Column(
            "asked",
            _("to be asked for"),
            lambda row: format_money(row.overdue.asked),
            is_number=True,
        ),
        Column("had", _("last letter"), lambda row: str(row.overdue.level or "—")),
        Column("stand", _("what comes next"), _status),
    )
    views = (
        View("due", _("Letter due")),
        View("waits", _("Next letter later")),
        View("promised", _("Payment promised")),
        View("last_sent", _("Last letter sent")),
        View("covered", _("Disputed, or paid in advance")),
        View("all", _("All overdue")),
    )
    filters = PayerFilters
    empty = _("Nobody is overdue here: what is sent is paid, promised, or not due yet.")

    def rows(self, query: ListQuery) -> "QuerySet[OverduePayer]":
        return OverduePayer.objects.visible_to(query.user)

    def page(self, query: ListQuery, *, after: str = "", before: str = "") -> KeyPage:
        """The longest overdue first. Who is overdue is computed and in no index; a page's key is the
        place in the order."""
        today = timezone.localdate(query.at)
        level = int(query.values.get("level") or 0)
        found = [
            one
            for one in overdue_payers(today).values()
            if query.view in ("all", one.step.status) and level in (0, one.step.level)
        ]
        found.sort(key=lambda one: (one.oldest, one.payer_id))
        seen = self.rows(query).in_bulk([one.payer_id for one in found])
        rows = [PayerRow(seen[one.payer_id], one, today) for one in found if one.payer_id in seen]
        key = after or before
        start = int(key) if key.isascii() and key.isdigit() and len(key) < 7 else 0
        end = start + self.per_page
        return KeyPage(
            rows[start:end],
            after=str(end) if rows[end:] else "",
            before=str(max(start - self.per_page, 0)) if start else "",
        )

    def record(self, row: Any) -> Any:
        return row.payer
