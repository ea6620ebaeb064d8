"""Remittances are prepared, given another account, and withdrawn; the merchant's row is locked first (COD-7)."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.queries.approvals import live_request
from apps.backoffice.services import take_number, void_if_changed, withdraw_approval
from apps.banking.queries.payees import payee_account_for
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import REFUSED, STANDING, HoldReason, RemittanceState, RowKind, WaitReason
from apps.cod.models import Remittance, RemittanceRow
from apps.cod.queries.remitting import Plan, plans_of
from apps.cod.rules.remitting import Row
from apps.cod.services.moving import put_in_remittance, take_out_of_remittance
from apps.cod.states import REMITTANCE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record, recorded_refusals
from apps.training.enums import Area
from apps.training.queries import check_may_work

log = logging.getLogger(__name__)
PREFIX = "RM"
RULE = "COD-7"
S = RemittanceState


@transaction.atomic
def prepare_remittance(
    *, merchant_id: int, day: date, off_cycle: bool = False, by: User, at: datetime
) -> Remittance | None:
    """Prepare what the merchant gets on ``day``, once: asked again it is the one that stands. None where it
    gets nothing, which stays on the bank for another day. Without an active payout account it is held."""
    if day > timezone.localdate(at):
        raise BadInput(_("That day is still to come."), code="future", field="day")
    merchant = Customer.objects.select_for_update(no_key=True).get(pk=merchant_id)
    there = Remittance.objects.filter(
        merchant=merchant, day=day, state__in=STANDING, advanced=0
    ).first()
    if there is not None:
        return there
    for plan in plans_of(day, at, merchants=[merchant_id], off_cycle=off_cycle):
        return prepare_plan(plan, by=by, at=at) if plan.settlement.rows else None
    return None


def prepare_now(*, merchant_id: int, by: User, at: datetime) -> Remittance:
    """For a person who wants one now, whatever the cycle says. RuleBroken names why there is none:
    ``nothing``, ``below_minimum``, ``not_covered``, ``on_hold``, ``no_terms``; ``not_qualified`` for whoever may
    not work on it."""
    check_may_work(by, Area.COD, at)
    day = timezone.localdate(at)
    found = prepare_remittance(merchant_id=merchant_id, day=day, off_cycle=True, by=by, at=at)
    if found is not None:
        return found
    plans = plans_of(day, at, merchants=[merchant_id], off_cycle=True)
    if not plans:
        text = _("It is not said when this merchant is remitted to: enter its terms.")
        raise RuleBroken(text, code="no_terms", field="merchant", rule=RULE)
    waits = plans[0].settlement.waits or WaitReason.NOTHING
    raise RuleBroken(str(waits.label), code=str(waits), field="merchant", rule=RULE)


def prepare_due(*, by: User, at: datetime) -> int:
    """Everything that is due today, merchant by merchant, each in a transaction of its own; how many. One
    that a rule refuses, as when its money has just moved, holds up no other: it is tried again next time."""
    done = 0
    for plan in plans_of(timezone.localdate(at), at):
        if not plan.settlement.rows:
            continue
        merchant = plan.merchant.pk
        try:
            row = prepare_remittance(merchant_id=merchant, day=plan.day, by=by, at=at)
        except RuleBroken as refusal:
            log.warning("remittance of merchant %s not prepared: %s", merchant, refusal.code)
            continue
        done += row is not None and row.prepared_at == at
    return done


def prepare_plan(plan: Plan, *, by: User, at: datetime) -> Remittance:
    """Write what a plan says, of a merchant whose row is locked."""
    if plan.account is None:
        text = _("No open account for COD is on file: nothing can be paid from it.")
        raise RuleBroken(text, code="no_account", rule=RULE)
    rows = plan.settlement.rows
    items = [row.item_id for row in rows if row.kind == RowKind.ITEM and row.item_id]
    put_in_remittance(item_ids=items, by=by, at=at)
    remittance: Remittance = Remittance.objects.create(
        number=take_number(PREFIX, plan.day),
        merchant=plan.merchant,
        terms=plan.terms,
        day=plan.day,
        until=plan.until,
        count=sum(row.kind in (RowKind.ITEM, RowKind.ADVANCE) for row in rows),
        collected=_sum(rows, RowKind.ITEM),
        advanced=_sum(rows, RowKind.ADVANCE),
        fees=-_sum(rows, RowKind.FEE),
        claw_backs=-_sum(rows, RowKind.CLAW_BACK),
        offset=-_sum(rows, RowKind.OFFSET),
        amount=plan.settlement.payout,
        state=S.HELD if plan.is_held else S.PREPARED,
        hold_reason=HoldReason.NO_PAYEE if plan.is_held else "",
        account=plan.account,
        payee=plan.payee,
        prepared_at=at,
        prepared_by=by,
    )
    RemittanceRow.objects.bulk_create(
        RemittanceRow(
            remittance=remittance,
            n=n,
            kind=row.kind,
            amount=row.amount,
            text=row.text,
            item_id=row.item_id,
            claw_back_id=row.claw_back_id,
            statement_id=row.statement_id,
        )
        for n, row in enumerate(rows, start=1)
    )
    data = {"amount": str(remittance.amount), "shipments": remittance.count}
    record("remittance.prepared", remittance, by=by, at=at, data=data)
    if plan.is_held:
        record("remittance.held", remittance, by=by, at=at, data={"reason": HoldReason.NO_PAYEE})
    return remittance


def _sum(rows: Sequence[Row], kind: RowKind) -> Decimal:
    return sum((row.amount for row in rows if row.kind == kind), Decimal("0.00"))


@transaction.atomic
def renew_payee(*, remittance_id: int, by: User, at: datetime) -> Remittance:
    """Take the account that the merchant is paid to now: another one makes approvals void, none holds
    the remittance until there is one."""
    row = lock_remittance(remittance_id)
    check_before_release(row)
    found = payee_account_for(row.merchant, at)
    if row.amount == 0 or row.payee == found:
        return row
    to = S.PREPARED if found else S.HELD
    if row.state != to:
        REMITTANCE_MOVES.check(S(row.state), to)
    row.payee, row.state = found, to
    row.hold_reason = "" if found else HoldReason.NO_PAYEE
    row.save(update_fields=["payee", "state", "hold_reason"])
    void_if_changed(kind=REMITTANCE, subject=row, by=by, at=at)
    data = {"account": found.masked if found else ""}
    record("remittance.payee_renewed", row, by=by, at=at, data=data)
    if found is None:
        record("remittance.held", row, by=by, at=at, data={"reason": HoldReason.NO_PAYEE})
    return row


def renew_held(*, by: User, at: datetime) -> int:
    """Held remittances whose merchant can be paid to now; how many go on."""
    held = list(Remittance.objects.filter(state=S.HELD).values_list("pk", flat=True))
    rows = [renew_payee(remittance_id=pk, by=by, at=at) for pk in held]
    return sum(row.state == S.PREPARED for row in rows)


def withdraw_remittance(*, remittance_id: int, reason: str, by: User, at: datetime) -> Remittance:
    """Before its release: its money is on the bank again, for another one. RuleBroken
    ``remittance_released`` after it, on record."""
    why = required_text(reason)
    row = Remittance.objects.get(pk=remittance_id)
    with recorded_refusals(REFUSED, row, "withdraw", by=by, at=at):
        row = lock_remittance(remittance_id)
        check_before_release(row)
        REMITTANCE_MOVES.check(S(row.state), S.WITHDRAWN)
        live = live_request(REMITTANCE, row)
        if live is not None and live.state == ApprovalState.OPEN:
            withdraw_approval(kind=REMITTANCE, subject=row, reason=why, by=by, at=at)
        take_out_of_remittance(item_ids=item_ids_of(row), by=by, at=at)
        end_remittance(row, S.WITHDRAWN, why, at=at)
        record("remittance.withdrawn", row, by=by, at=at, data={"reason": why})
    return row


def lock_remittance(remittance_id: int) -> Remittance:
    rows = Remittance.objects.select_for_update(of=("self",)).select_related(
        "merchant", "payee__customer", "account__parent", "terms"
    )
    row: Remittance = rows.get(pk=remittance_id)
    return row


def check_before_release(row: Remittance) -> None:
    if row.state not in (S.HELD, S.PREPARED):
        text = _("%(number)s is “%(state)s”: nothing of it can be changed any more.") % {
            "number": row.number,
            "state": S(row.state).label,
        }
        raise RuleBroken(text, code="remittance_released", field="state", rule=RULE)


def item_ids_of(row: Remittance) -> list[int]:
    rows = row.rows.filter(kind=RowKind.ITEM)
    return list(rows.values_list("item_id", flat=True))


def advanced_ids_of(row: Remittance) -> list[int]:
    """Items of it whose money is paid ahead of the bank."""
    rows = row.rows.filter(kind=RowKind.ADVANCE)
    return list(rows.values_list("item_id", flat=True))


def claw_backs_of(row: Remittance) -> dict[int, Decimal]:
    """What it takes of claw-backs, by their number; below zero what it gives back."""
    rows = row.rows.filter(kind=RowKind.CLAW_BACK, claw_back__isnull=False)
    return {pk: -amount for pk, amount in rows.values_list("claw_back_id", "amount")}


def end_remittance(row: Remittance, to: RemittanceState, reason: str, *, at: datetime) -> None:
    """Withdrawn or returned: its lines stand no more, so that others may have their items."""
    row.state, row.ended_at, row.end_reason, row.hold_reason = to, at, reason, ""
    row.save(update_fields=["state", "ended_at", "end_reason", "hold_reason"])
    row.rows.filter(stands=True).update(stands=False)
