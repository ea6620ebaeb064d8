"""The service handover form: drawn up, sent round, signed in order (ORD-3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.backoffice.enums import ApprovalState
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import content_of
from apps.backoffice.services import approve, ask_approval, refuse, withdraw_approval
from apps.core.errors import RuleBroken
from apps.core.models import set_values
from apps.customers.approvals import HANDOVER
from apps.customers.enums import CustomerStatus, HandoverState
from apps.customers.models import Customer, HandoverForm
from apps.customers.queries import has_form_under_way
from apps.customers.rules import required_signatures
from apps.customers.services import clocks
from apps.customers.services.authorisations import settle_authorisation
from apps.customers.services.rows import checked, checked_reason, locked, move
from apps.customers.services.trials import begin_trial
from apps.customers.states import HANDOVER_MOVES
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def draft_handover_form(
    customer: Customer, values: Mapping[str, Any], *, by: "User", at: datetime
) -> HandoverForm:
    """Draw a form up; a customer has one under way at most."""
    row = locked(customer)
    if row.is_stopped:
        raise RuleBroken(
            _("The customer is %(status)s. Resume or reopen it first.")
            % {"status": CustomerStatus(row.status).label},
            code="customer_stopped",
        )
    if has_form_under_way(row):
        raise RuleBroken(
            _("A handover form of this customer is under way. Finish that one first."),
            code="form_under_way",
            rule="ORD-3",
        )
    form = HandoverForm(customer=row, created_by=by)
    set_values(form, values, HandoverForm.CONTENT)
    checked(form)
    record("handover.drafted", form, by=by, at=at, data={"customer": row.code})
    return form


@transaction.atomic
def change_handover_form(
    form: HandoverForm, values: Mapping[str, Any], *, by: "User", at: datetime
) -> HandoverForm:
    """Only a draft changes: what is being signed is frozen."""
    row = _locked_form(form)
    if row.state != HandoverState.DRAFT:
        raise RuleBroken(
            _("The form is being signed and cannot be changed. Have it sent back first."),
            code="form_frozen",
            rule="ORD-3",
        )
    changed = set_values(row, values, HandoverForm.CONTENT)
    if changed:
        checked(row)
        record("handover.changed", row, by=by, at=at, data={"changed": ", ".join(changed)})
    return row


@transaction.atomic
def submit_handover_form(form: HandoverForm, *, by: "User", at: datetime) -> HandoverForm:
    row = _locked_form(form)
    _move(row, HandoverState.IN_SIGNING)
    row.submitted_at, row.submitted_by = at, by
    checked(row)
    order = [role.value for role in required_signatures(row)]
    record(
        "handover.submitted",
        row,
        by=by,
        at=at,
        data={"round": row.round, "signers": ", ".join(order)},
    )
    title = f"{row.number} {row.customer.name}"
    ask_approval(kind=HANDOVER, subject=row, title=title, by=by, at=at)
    clocks.form_submitted(row, by=by, at=at)
    return row


@transaction.atomic
def sign_handover_form(
    form: HandoverForm,
    *,
    remark: str = "",
    seen: str | None = None,
    second_factor_at: datetime | None = None,
    by: "User",
    at: datetime,
) -> HandoverForm:
    """Put the next signature; the last one accepts the customer. ``seen`` is the SHA-256 of the
    content that was shown; None: of what it is now."""
    row = _in_signing(form)
    request = approve(
        kind=HANDOVER,
        subject=row,
        seen=_seen(row, seen),
        remark=remark,
        second_factor_at=second_factor_at,
        by=by,
        at=at,
    )
    record("handover.signed", row, by=by, at=at, data={"as": _seat(request), "round": row.round})
    if request.state == ApprovalState.APPROVED:
        _accept(row, by=by, at=at)
    return row


@transaction.atomic
def send_back_handover_form(
    form: HandoverForm, *, reason: str, seen: str | None = None, by: "User", at: datetime
) -> HandoverForm:
    """Whose turn it is refuses: the form is a draft again and the next round starts anew."""
    row = _in_signing(form)
    request = refuse(kind=HANDOVER, subject=row, seen=_seen(row, seen), reason=reason, by=by, at=at)
    _move(row, HandoverState.DRAFT)
    row.round += 1
    row.save(update_fields=["state", "round"])
    data = {"as": _seat(request), "reason": request.close_reason}
    record("handover.sent_back", row, by=by, at=at, data=data)
    clocks.form_sent_back(row, by=by, at=at)
    return row


@transaction.atomic
def turn_down_handover_form(
    form: HandoverForm, *, reason: str, by: "User", at: datetime
) -> HandoverForm:
    """For good: a draft by who may send it round, a form in signing by the general manager."""
    row = _locked_form(form)
    if row.state == HandoverState.IN_SIGNING and not by.has_role(Role.GENERAL_MANAGER):
        raise RuleBroken(
            _(
                "Only the general manager turns down a form that is being signed. Send it back instead."
            ),
            code="not_general_manager",
            rule="ORD-3",
        )
    was_in_signing = row.state == HandoverState.IN_SIGNING
    _move(row, HandoverState.REJECTED)
    row.save(update_fields=["state"])
    why = checked_reason(reason)
    if was_in_signing:
        withdraw_approval(kind=HANDOVER, subject=row, reason=why, by=by, at=at)
    record("handover.turned_down", row, by=by, at=at, data={"reason": why})
    clocks.form_turned_down(row, reason=why, by=by, at=at)
    return row


def _accept(row: HandoverForm, *, by: "User", at: datetime) -> None:
    """The customer takes over what was agreed, and starts its trial period or is active."""
    _move(row, HandoverState.ACCEPTED)
    row.accepted_at, row.accepted_by = at, by
    row.save(update_fields=["state", "accepted_at", "accepted_by"])
    record("handover.accepted", row, by=by, at=at)
    clocks.form_accepted(row, by=by, at=at)
    customer = row.customer
    customer.settlement_method = row.settlement_method
    customer.settlement_cycle_days = row.settlement_cycle_days
    begins = customer.status == CustomerStatus.PROSPECT
    if begins and not row.trial_days:
        move(customer, CustomerStatus.ACTIVE)
    checked(customer)
    record("customer.handover_accepted", customer, by=by, at=at, data={"form": row.number})
    if begins and row.trial_days:
        last_day = timezone.localdate(at) + timedelta(days=row.trial_days)
        begin_trial(customer, until=last_day, by=by, at=at)
    elif begins:
        record("customer.activated", customer, by=by, at=at)
    settle_authorisation(customer, by=by, at=at)


def _seen(row: HandoverForm, seen: str | None) -> str:
    """What a program signs that shows no page: the form as it is."""
    return content_of(HANDOVER, row)[1] if seen is None else seen


def _seat(request: ApprovalRequest) -> str:
    """As what the last one decided."""
    return str(request.approvals.latest("pk").seat)


def _in_signing(form: HandoverForm) -> HandoverForm:
    row = _locked_form(form)
    if row.state != HandoverState.IN_SIGNING:
        raise RuleBroken(
            _("The form is “%(state)s”: there is nothing to sign.")
            % {"state": HandoverState(row.state).label},
            code="not_in_signing",
            rule="ORD-3",
        )
    return row


def _locked_form(form: HandoverForm) -> HandoverForm:
    """Customer first, then form: the one order in which these locks are taken."""
    customer = locked(form.customer)
    row = HandoverForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    row.customer = customer
    return row


def _move(row: HandoverForm, to: HandoverState) -> None:
    HANDOVER_MOVES.check(HandoverState(row.state), to)
    row.state = to
