"""COD items move from state to state in sets, whoever moves them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import ItemState
from apps.cod.models import ClawBack, CodItem
from apps.cod.services import clocks
from apps.cod.states import ITEM_MOVES
from apps.core.database import in_callers_transaction
from apps.core.errors import RuleBroken
from apps.events.services import new_event, record_many

S = ItemState
NOT_BANKED = (S.COLLECTED, S.COUNTED, S.DEPOSITED)
# Left for good; a claw-back or the bank may still bring a remitted one back.
ENDED = (S.REMITTED, S.RETURNED, S.CLAWED_BACK, S.WRITTEN_OFF)


def lock_items(item_ids: Collection[int]) -> list[CodItem]:
    """The rows in the order of their numbers, held until the caller's transaction ends."""
    rows = CodItem.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(pk__in=item_ids).order_by("pk"))


@in_callers_transaction()
def move_items(
    *, item_ids: Collection[int], to: ItemState, by: User, at: datetime
) -> list[CodItem]:
    """Move all of them or none. RuleBroken ``illegal_move`` names the first shipment whose money is
    elsewhere, so that two at once have one effect."""
    items = lock_items(item_ids)
    if not items:
        return []
    moves = []
    for item in items:
        if not ITEM_MOVES.allows(item.state, to):
            raise RuleBroken(
                _("The money of %(waybill)s is “%(from)s” and cannot become “%(to)s”.")
                % {"waybill": item.waybill, "from": S(item.state).label, "to": to.label},
                code="illegal_move",
                field="state",
                rule="COD-7",
            )
        data = {"from": item.state, "to": str(to), "waybill": item.waybill}
        moves.append(new_event("coditem.moved", item, by=by, at=at, data=data))
        item.state = to
    changes: dict[str, Any] = {"state": to, "ended_at": at if to in ENDED else None}
    if to == S.BANKED:
        changes["banked_at"] = Coalesce(F("banked_at"), Value(at))
    elif to in NOT_BANKED:
        changes["banked_at"] = None
    CodItem.objects.filter(pk__in=[item.pk for item in items]).update(**changes)
    record_many(moves)
    return items


def put_in_remittance(*, item_ids: Collection[int], by: User, at: datetime) -> list[CodItem]:
    """From the bank into a remittance that is not released yet. Nothing is posted."""
    return move_items(item_ids=item_ids, to=S.IN_REMITTANCE, by=by, at=at)


def take_out_of_remittance(*, item_ids: Collection[int], by: User, at: datetime) -> list[CodItem]:
    """Back to *on the bank*: the remittance was withdrawn before its release. Nothing is posted."""
    return move_items(item_ids=item_ids, to=S.BANKED, by=by, at=at)


def mark_remitted(*, item_ids: Collection[int], by: User, at: datetime) -> list[CodItem]:
    """With the release, whose entry takes them off what is owed to the merchant: the caller posts it."""
    return move_items(item_ids=item_ids, to=S.REMITTED, by=by, at=at)


def mark_remittable_again(*, item_ids: Collection[int], by: User, at: datetime) -> list[CodItem]:
    """The bank returned the payout, whose entry the caller reverses."""
    return move_items(item_ids=item_ids, to=S.BANKED, by=by, at=at)


@in_callers_transaction()
def take_claw_backs(*, parts: Mapping[int, Decimal], by: User, at: datetime) -> list[ClawBack]:
    """What a released remittance takes of claw-backs, by their number, below zero what it gives back; never
    more than is left of one (``claw_back_taken``). The release's entry credits what is owed to the merchant with
    it: the caller posts it."""
    found = _lock_claw_backs(parts)
    for row in found:
        part, rest = parts[row.pk], row.rest
        if abs(part) > abs(rest) or part * rest < 0:
            raise RuleBroken(
                _("The claw-back of %(waybill)s is not carried any more.")
                % {"waybill": row.item.waybill},
                code="claw_back_taken",
                rule="COD-7",
            )
        row.taken += part
        row.taken_at = at if row.is_carried and row.taken == row.amount else None
    _save(found, by=by, at=at)
    return found


@in_callers_transaction()
def carry_claw_backs_again(*, parts: Mapping[int, Decimal], by: User, at: datetime) -> None:
    """The bank returned the payout that had taken so much of them, or given it back."""
    found = _lock_claw_backs(parts)
    for row in found:
        row.taken, row.taken_at = row.taken - parts[row.pk], None
    _save(found, by=by, at=at)


@in_callers_transaction()
def end_claw_backs(*, item_ids: Collection[int], by: User, at: datetime) -> None:
    """The merchant never had the money of these after all: nothing of them is carried, and what later
    remittances took of them already is given back by the next one."""
    ids = ClawBack.objects.filter(item__in=item_ids, is_carried=True)
    found = _lock_claw_backs(ids.values_list("pk", flat=True))
    for row in found:
        row.is_carried, row.taken_at = False, None
    _save(found, by=by, at=at)


def _lock_claw_backs(ids: Iterable[int]) -> list[ClawBack]:
    rows = ClawBack.objects.select_for_update(of=("self",), no_key=True).select_related("item")
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))


def _save(rows: list[ClawBack], *, by: User, at: datetime) -> None:
    if rows:
        ClawBack.objects.bulk_update(rows, ["is_carried", "taken", "taken_at"])
        clocks.claw_backs_moved(rows, by=by, at=at)
