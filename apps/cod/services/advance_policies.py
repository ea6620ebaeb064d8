"""Two people approve that a merchant is paid ahead of the bank; one person ends it (COD-7)."""

from datetime import date, datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse
from apps.cod.approvals import ADVANCE_POLICY
from apps.cod.enums import AdvancePolicyState
from apps.cod.models import AdvancePolicy
from apps.cod.rules.counting import exact
from apps.cod.states import ADVANCE_POLICY_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record

S = AdvancePolicyState


@transaction.atomic
def ask_advance_policy(
    *,
    customer: Customer,
    since: date,
    until: date | None = None,
    limit: Any,
    reason: str,
    by: User,
    at: datetime,
) -> AdvancePolicy:
    """From ``since`` on at most ``limit`` may be open. BadInput ``past``, ``bad_days``, ``bad_amount``,
    ``reason_missing``; RuleBroken ``asked_already``."""
    most, why = exact(limit, "limit"), required_text(reason)
    if most == 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="limit")
    if since < timezone.localdate(at):
        raise BadInput(_("From today on, or later."), code="past", field="since")
    if until is not None and until < since:
        raise BadInput(_("It ends before it begins."), code="bad_days", field="until")
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if AdvancePolicy.objects.filter(customer=customer, state=S.ASKED).exists():
        raise RuleBroken(
            _("One of this merchant waits for approval already."),
            code="asked_already",
            field="customer",
            rule="COD-7",
        )
    row: AdvancePolicy = AdvancePolicy.objects.create(
        customer=customer,
        since=since,
        until=until,
        limit=most,
        reason=why,
        asked_at=at,
        asked_by=by,
    )
    ask_approval(kind=ADVANCE_POLICY, subject=row, title=f"{row} {most}", by=by, at=at)
    data = {"limit": str(most), "since": since.isoformat(), "reason": why}
    record("advancepolicy.asked", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def approve_advance_policy(
    row: AdvancePolicy,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> AdvancePolicy:
    """The second approval puts it in force."""
    row = _lock(row.pk)
    ADVANCE_POLICY_MOVES.check(S(row.state), S.ACTIVE)
    request = approve(kind=ADVANCE_POLICY, subject=row, by=by, at=at, **given)
    if request.state == ApprovalState.APPROVED:
        row.state, row.approved_at = S.ACTIVE, at
        row.save(update_fields=["state", "approved_at"])
        record("advancepolicy.approved", row, by=by, at=at)
    return row


@transaction.atomic
def refuse_advance_policy(
    row: AdvancePolicy, *, seen: str, reason: str, by: User, at: datetime
) -> None:
    row = _lock(row.pk)
    ADVANCE_POLICY_MOVES.check(S(row.state), S.REFUSED)
    refuse(kind=ADVANCE_POLICY, subject=row, seen=seen, reason=reason, by=by, at=at)
    row.state = S.REFUSED
    row.save(update_fields=["state"])
    record("advancepolicy.refused", row, by=by, at=at, data={"reason": reason[:200]})


@transaction.atomic
def end_advance_policy(*, policy_id: int, reason: str, by: User, at: datetime) -> AdvancePolicy:
    """At once; what is paid ahead already stays open until it is on the bank."""
    why, row = required_text(reason), _lock(policy_id)
    ADVANCE_POLICY_MOVES.check(S(row.state), S.ENDED)
    row.state, row.ended_at, row.ended_by, row.end_reason = S.ENDED, at, by, why
    row.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    record("advancepolicy.ended", row, by=by, at=at, data={"reason": why})
    return row


def _lock(pk: int) -> AdvancePolicy:
    rows = AdvancePolicy.objects.select_for_update(of=("self",), no_key=True)
    found: AdvancePolicy = rows.select_related("customer").get(pk=pk)
    return found
