"""The way of a payout account to being used: called back, approved by two people, waited for (COD-6)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.backoffice.approval_kinds import person_of
from apps.backoffice.enums import ApprovalState
from apps.backoffice.queries.approvals import check_still_approved
from apps.backoffice.services import approvals as engine
from apps.banking.approvals import PAYEE
from apps.banking.enums import CallOutcome, PayeeState
from apps.banking.models import PayeeAccount, PayeeCall
from apps.banking.queries.payees import may_be_called
from apps.banking.services.payees import RULE, about, end, locked, waits
from apps.banking.states import PAYEE_MOVES
from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.customers.models import Contact
from apps.customers.queries.search import phone_index
from apps.events.services import record, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

MOVE = "apps.banking.tasks.move_payees"
REFUSED = "payee.attempt_refused"


def record_call(
    payee: PayeeAccount, *, contact: Contact, outcome: str, remark: str, by: "User", at: datetime
) -> PayeeCall:
    """What came of calling the customer back: at a number that was on file unchanged for long, by somebody else
    than who entered the request. Confirmed, approval by two people is asked for; denied, it is stopped."""
    with recorded_refusals(REFUSED, payee, "call", by=by, at=at):
        row = locked(payee)
        if row.state != PayeeState.REQUESTED:
            raise RuleBroken(
                _("Nobody waits for a call-back: this is “%(state)s”.")
                % {"state": PayeeState(row.state).label},
                code="no_call_due",
                rule=RULE,
            )
        _check_caller(row, by)
        found = _check_contact(row, contact, at)
        call = PayeeCall.objects.create(
            payee=row,
            contact=found,
            phone_index=found.phone_index,
            phone_since=found.phone_since,
            outcome=outcome,
            answer=required_text(remark, field="remark"),
            at=at,
            by_id=by.pk,
        )
        record("payee.called", row, by=by, at=at, data={**about(row), "outcome": outcome})
        if outcome == CallOutcome.CONFIRMED:
            _move(row, PayeeState.CALLED_BACK, called_at=at)
            engine.ask_approval(kind=PAYEE, subject=row, by=by, at=at)
        elif outcome == CallOutcome.DENIED:
            end(row, PayeeState.STOPPED, reason=call.answer, by=by, at=at)
            record("payee.stopped", row, by=by, at=at, data={**about(row), "reason": call.answer})
    return call


def approve_payee(
    payee: PayeeAccount,
    *,
    by: "User",
    at: datetime,
    is_past: bool = False,
    **given: Unpack[engine.ApprovalInput],
) -> PayeeAccount:
    """The second of two approvals begins the waiting time of ``PAYEE_COOLING_HOURS``, counted by the
    database's clock, whatever a process takes for the time; ``is_past``, where a past is taken over, from
    ``at``. Everybody who was on file before is told meanwhile."""
    with recorded_refusals(REFUSED, payee, "approve", by=by, at=at):
        row = locked(payee)
        request = engine.approve(kind=PAYEE, subject=row, by=by, at=at, **given)
        if request.state == ApprovalState.APPROVED:
            begin = at if is_past else max(at, database_now())
            until = begin + waits(settings.PAYEE_COOLING_HOURS)
            _move(row, PayeeState.COOLING, approved_at=at, cooling_until=until)
            data = {**about(row), "until": until.isoformat()}
            record("payee.cooling", row, by=by, at=at, data=data)
    return row


def refuse_payee(
    payee: PayeeAccount, *, seen: str, reason: str, by: "User", at: datetime
) -> PayeeAccount:
    """One of the two says no: the request is over. The customer may ask anew."""
    with recorded_refusals(REFUSED, payee, "refuse", by=by, at=at):
        row = locked(payee)
        engine.refuse(kind=PAYEE, subject=row, seen=seen, reason=reason, by=by, at=at)
        end(row, PayeeState.STOPPED, reason=reason, by=by, at=at)
        record("payee.refused", row, by=by, at=at, data={**about(row), "reason": row.over_reason})
    return row


def move_payees() -> int:
    """Put into use what has waited long enough, and let lapse what nobody finishes; how many. By the
    database's clock; any number may run at once."""
    now = database_now()
    old = now - timedelta(days=settings.PAYEE_LAPSE_DAYS)
    due = PayeeAccount.objects.filter(
        Q(state=PayeeState.COOLING, cooling_until__lte=now)
        | Q(state__in=(PayeeState.REQUESTED, PayeeState.CALLED_BACK), requested_at__lte=old)
    )
    done = 0
    for payee in due.order_by("pk")[:200]:
        done += _move_one(payee, now)
    return done


@transaction.atomic
def _move_one(payee: PayeeAccount, now: datetime) -> int:
    row, by = locked(payee), system_user("banking")
    if row.state == PayeeState.COOLING:
        try:
            with transaction.atomic():
                activate(row, by=by, at=now)
        except RuleBroken as refusal:
            # What was approved is not what is there: it is never used, and somebody looks at it.
            row.refresh_from_db()
            end(row, PayeeState.STOPPED, reason=str(refusal.message), by=by, at=now)
            data = {**about(row), "code": refusal.code, "reason": row.over_reason}
            record("payee.stopped", row, by=by, at=now, data=data)
        return 1
    if row.state in (PayeeState.REQUESTED, PayeeState.CALLED_BACK):
        end(row, PayeeState.LAPSED, reason=_("Nobody finished it in time."), by=by, at=now)
        record("payee.lapsed", row, by=by, at=now, data=about(row))
        return 1
    return 0


def activate(row: PayeeAccount, *, by: "User", at: datetime) -> None:
    """Put a locked account into use from the end of its waiting time on; the one before it ends. What was
    approved is compared once more."""
    check_still_approved(PAYEE, row)
    PAYEE_MOVES.check(PayeeState(row.state), PayeeState.ACTIVE)
    since = row.cooling_until
    if since is None or at < since:
        raise RuleBroken(
            _("The waiting time of this account is not over."), code="still_waiting", rule=RULE
        )
    before = PayeeAccount.objects.select_for_update().filter(
        customer=row.customer_id, purpose=row.purpose, state=PayeeState.ACTIVE
    )
    for one in before:
        reason = _("Version %(version)s took its place.") % {"version": row.version}
        end(one, PayeeState.ENDED, reason=reason, by=by, at=since)
        record("payee.ended", one, by=by, at=at, data={**about(one), "reason": reason})
    _move(row, PayeeState.ACTIVE, active_at=since)
    record("payee.activated", row, by=by, at=at, data=about(row))


def _move(row: PayeeAccount, to: PayeeState, **steps: datetime) -> None:
    PAYEE_MOVES.check(PayeeState(row.state), to)
    row.state = to
    for name, value in steps.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *steps])


def _check_caller(row: PayeeAccount, by: "User") -> None:
    person = person_of(by)
    if not person or person == person_of(row.created_by):
        raise RuleBroken(
            _("Whoever entered the request does not call the customer back. Ask a colleague."),
            code="caller_is_maker",
            rule=RULE,
        )


def _check_contact(row: PayeeAccount, contact: Contact, at: datetime) -> Contact:
    """The contact, locked, so that its number does not change while it is judged."""
    found = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if found.customer_id != row.customer_id:
        raise RuleBroken(
            _("This contact belongs to another customer."),
            code="contact_of_another",
            field="contact",
            rule=RULE,
        )
    is_old = may_be_called(row, at).filter(pk=found.pk).exists()
    if not is_old or phone_index(found.phone) != found.phone_index:
        raise RuleBroken(
            _(
                "%(name)s's number has not been on file unchanged for %(days)s days and since before the"
                " request. Call somebody else."
            )
            % {"name": found.name, "days": settings.PAYEE_PHONE_DAYS},
            code="phone_too_new",
            field="contact",
            rule=RULE,
        )
    return found
