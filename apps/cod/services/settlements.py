"""What payment providers settle: a day later, and net of their fee (COD-7)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.models import BankAccount
from apps.cod.enums import PROVIDER_NUMBERS, REFUSED, ItemState
from apps.cod.models import CodItem, QrSettlement, Taking
from apps.cod.rules.counting import exact
from apps.cod.services import books, clocks
from apps.cod.services.deposits import check_banked
from apps.cod.services.moving import lock_items, move_items
from apps.cod.services.noticing import report_difference
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.events.services import record, recorded_refusals
from apps.tracking.enums import CodMethod


def enter_settlement(
    *,
    provider: CodMethod,
    day: date,
    gross: Any,
    fee: Any,
    net: Any,
    account: BankAccount,
    by: User,
    at: datetime,
) -> QrSettlement:
    """What a provider says it pays for the takings of ``day``, once per provider and day; where its gross
    is another sum than they make, the difference is an exception. BadInput ``bad_amount``,
    ``net_differs``, ``future``, ``not_a_provider``; RuleBroken ``settled_already``, ``nothing_taken``,
    ``account_unfit``."""
    with recorded_refusals(REFUSED, account, "settle", by=by, at=at):
        sums = _sums(gross, fee, net)
        _check(provider, day, account, at)
        takings = _lock_takings(provider, day)
        expected = sum((one.amount for one in takings), Decimal("0.00"))
        row = _create(
            provider=provider,
            day=day,
            account=account,
            expected=expected,
            entered_at=at,
            entered_by=by,
            **sums,
        )
        Taking.objects.filter(pk__in=[one.pk for one in takings]).update(settlement=row)
        move_items(item_ids=_collected(row), to=ItemState.DEPOSITED, by=by, at=at)
        books.post_settlement(row, takings, by=by, at=at)
        clocks.sent_to_bank(row, by=by, at=at)
        data = {"gross": str(row.gross), "fee": str(row.fee), "expected": str(expected)}
        record("qrsettlement.entered", row, by=by, at=at, data=data)
        if row.gross != expected:
            _tell(row, by=by, at=at)
    return row


def items_of_settlement(row: QrSettlement) -> list[int]:
    """The items whose money it pays."""
    rows = CodItem.objects.filter(takings__settlement=row)
    return list(rows.values_list("pk", flat=True).distinct())


def _collected(row: QrSettlement) -> list[int]:
    here = CodItem.objects.filter(pk__in=items_of_settlement(row), state=ItemState.COLLECTED)
    return list(here.filter(method=row.provider).values_list("pk", flat=True))


def _sums(gross: Any, fee: Any, net: Any) -> dict[str, Decimal]:
    sums = {"gross": exact(gross, "gross"), "fee": exact(fee, "fee"), "net": exact(net, "net")}
    if sums["net"] <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="net")
    if sums["gross"] - sums["fee"] != sums["net"]:
        raise BadInput(
            _("%(gross)s less %(fee)s is not %(net)s.")
            % {name: format_money(amount) for name, amount in sums.items()},
            code="net_differs",
            field="net",
        )
    return sums


def _check(provider: CodMethod, day: date, account: BankAccount, at: datetime) -> None:
    if provider not in PROVIDER_NUMBERS:
        raise BadInput(
            _("Cash is counted, nobody settles it."), code="not_a_provider", field="provider"
        )
    check_banked(account, day, at)


def _lock_takings(provider: CodMethod, day: date) -> list[Taking]:
    """Those of the day and any left over from days before. The items are locked first, as everywhere."""
    waiting = Taking.objects.filter(
        method=provider, day__lte=day, settlement=None, cash_up=None
    ).order_by("pk")
    lock_items([pk for pk in waiting.values_list("item", flat=True) if pk])
    found = list(waiting.select_for_update(of=("self",)))
    if not found:
        raise RuleBroken(
            _("Nothing was taken through %(provider)s that is not settled yet.")
            % {"provider": provider.label},
            code="nothing_taken",
            field="day",
            rule="COD-7",
        )
    return found


def _create(**values: Any) -> QrSettlement:
    with refused_as(
        RuleBroken(
            _("%(day)s of %(provider)s was entered already.")
            % {"day": values["day"].isoformat(), "provider": values["provider"].label},
            code="settled_already",
            field="day",
            rule="COD-7",
        ),
        "settlement_once",
    ):
        row: QrSettlement = QrSettlement.objects.create(**values)
        return row


def _tell(row: QrSettlement, *, by: User, at: datetime) -> None:
    what = _("%(what)s: settled %(gross)s, taken at the door %(expected)s.") % {
        "what": row,
        "gross": format_money(row.gross),
        "expected": format_money(row.expected),
    }
    title = _("Settlement differs: %(what)s") % {"what": row}
    report_difference(title=title, what=what, happened_at=at, by=by, at=at)
