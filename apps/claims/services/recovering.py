"""What was paid is recovered from whoever answers for it: asked, agreed, received (CMP-6)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.claims.enums import Against, RecoveryState
from apps.claims.models import Claim, Recovery
from apps.claims.queries.money import paid_sum
from apps.claims.rules.amounts import amount as sum_of
from apps.claims.services import books
from apps.claims.services.moving import RULE, about, is_same_person, lock_claim, needed
from apps.claims.states import RECOVERY_MOVES, STANDING
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.events.services import record
from apps.quality.models import ExceptionReport
from apps.quality.models.exception import REPORT_WITHIN
from apps.tracking.models import PartnerCarrier

R = RecoveryState
PERSON = "claims.recover_person"


@transaction.atomic
def ask_recovery(
    *,
    claim_id: int,
    against: Against,
    asked: Decimal,
    basis: str,
    carrier: PartnerCarrier | None = None,
    unit: Unit | None = None,
    insurer: str = "",
    person: User | None = None,
    by: User,
    at: datetime,
) -> Recovery:
    """Ask a partner, a unit or an insurer by a clause, or a person by QC's decision of the claim's exception. Whoever
    reported in time is exempt. Never more than was approved for the claim, all recoveries together."""
    basis = needed(basis, "basis")
    claim = lock_claim(claim_id, by)
    asked = sum_of(asked, "asked")
    if claim.state not in STANDING or claim.approved is None:
        raise RuleBroken(
            _("Recover what was approved: nothing is yet."), code="illegal_move", field="state"
        )
    whom: dict[Against, Any] = {
        Against.PARTNER: carrier, Against.UNIT: unit, Against.INSURER: insurer.strip(), Against.PERSON: person,
    }  # fmt: skip
    if not whom[against]:
        raise BadInput(_("Say from whom."), code="required", field=_FIELDS[against])
    _check_left(claim, asked)
    exception = _check_person(claim, person, by) if against == Against.PERSON else claim.exception
    row = Recovery.objects.create(
        claim=claim,
        against=str(against),
        carrier=carrier if against == Against.PARTNER else None,
        unit=unit if against == Against.UNIT else None,
        insurer=insurer.strip()[:120] if against == Against.INSURER else "",
        person=person if against == Against.PERSON else None,
        exception=exception,
        basis=basis,
        asked=asked,
        asked_at=at,
        asked_by=by,
    )
    _tell("asked", row, asked, by=by, at=at)
    return row


_FIELDS = {
    Against.PARTNER: "carrier",
    Against.UNIT: "unit",
    Against.INSURER: "insurer",
    Against.PERSON: "person",
}


def _worth(row: Recovery) -> Decimal:
    """What it stands for by now, in yuan."""
    known = (row.received, row.agreed, row.asked)
    found: Decimal = next(one for one in known if one is not None)
    return found


def _check_left(claim: Claim, asked: Decimal, field: str = "asked", but: int = 0) -> None:
    """All recoveries together, the one numbered ``but`` aside: at most what is approved; while nothing is, at most
    what was paid."""
    others = claim.recoveries.exclude(state=R.DROPPED).exclude(pk=but)
    most = paid_sum(claim) if claim.approved is None else claim.approved
    left = max(most - sum((_worth(one) for one in others), Decimal(0)), Decimal(0))
    if asked > left:
        raise RuleBroken(
            _("At most %(left)s is left to be recovered for this claim.")
            % {"left": format_money(left)},
            code="above_approved",
            field=field,
            rule=RULE,
        )


def lower_asked(claim: Claim, *, by: User, at: datetime) -> None:
    """Less is approved than before: what is asked for and not agreed yet is asked for less, the newest first, or
    given up. What was agreed stays; what is received for it is checked then."""
    left = claim.approved or Decimal(0)
    rows = list(claim.recoveries.exclude(state=R.DROPPED).order_by("pk").select_for_update())
    left -= sum((_worth(one) for one in rows if one.state != R.ASKED), Decimal(0))
    for row in rows:
        if row.state != R.ASKED:
            continue
        row.claim = claim
        if left <= 0:
            _move(row, R.DROPPED, dropped_at=at, dropped_by=by, dropped_why=_("less was approved"))
            _tell("dropped", row, row.asked, by=by, at=at)
        elif row.asked > left:
            row.asked = left
            row.save(update_fields=["asked"])
            _tell("lowered", row, row.asked, by=by, at=at)
        left -= row.asked


def _check_person(claim: Claim, person: User | None, by: User) -> ExceptionReport:
    """QC has decided the exception, and the person did not report it in time."""
    if not by.has_perm(PERSON):
        raise RuleBroken(
            _("A person pays by QC's decision only."),
            code="not_your_post",
            field="against",
            rule=RULE,
        )
    exception = claim.exception
    if exception is None or exception.decided_at is None:
        raise RuleBroken(
            _("QC has not decided the exception of this claim: no person pays before."),
            code="not_decided",
            field="person",
            rule=RULE,
        )
    known, reported = first_reported(exception)
    in_time = reported <= known + REPORT_WITHIN
    reporters = (exception.reported_by, exception.known_by)
    if in_time and person is not None and any(is_same_person(one, person) for one in reporters):
        raise RuleBroken(
            _("%(person)s reported it in time and is exempt.") % {"person": person},
            code="exempt",
            field="person",
            rule=RULE,
        )
    return exception


def first_reported(exception: ExceptionReport) -> tuple[datetime, datetime]:
    """When it was known and when reported, as first entered: what was put right later does not count."""
    found = {"known_at": exception.known_at, "reported_at": exception.reported_at}
    changes = exception.changes.filter(field__in=list(found)).order_by("-pk")
    for change in changes:
        found[change.field] = parse_datetime(change.old) or found[change.field]
    return found["known_at"], found["reported_at"]


@transaction.atomic
def agree_recovery(*, recovery_id: int, agreed: Decimal, by: User, at: datetime) -> Recovery:
    """They bear ``agreed`` of what was asked."""
    row = _locked(recovery_id, by)
    agreed = sum_of(agreed, "agreed")
    if agreed > row.asked:
        raise BadInput(
            _("At most what was asked: %(amount)s.") % {"amount": format_money(row.asked)},
            code="above_asked",
            field="agreed",
        )
    _check_left(row.claim, agreed, "agreed", row.pk)
    _move(row, R.AGREED, agreed=agreed, agreed_at=at, agreed_by=by)
    books.post_recovery(row, by=by, at=at)
    _tell("agreed", row, agreed, by=by, at=at)
    return row


@transaction.atomic
def receive_recovery(*, recovery_id: int, received: Decimal, by: User, at: datetime) -> Recovery:
    row = _locked(recovery_id, by)
    received = sum_of(received, "received")
    if row.agreed is not None and received > row.agreed:
        raise BadInput(
            _("At most what was agreed: %(amount)s.") % {"amount": format_money(row.agreed)},
            code="above_agreed",
            field="received",
        )
    _check_left(row.claim, received, "received", row.pk)
    _move(row, R.RECEIVED, received=received, received_at=at, received_by=by)
    _tell("received", row, received, by=by, at=at)
    return row


@transaction.atomic
def drop_recovery(*, recovery_id: int, reason: str, by: User, at: datetime) -> Recovery:
    reason = needed(reason, "reason", most=200)
    row = _locked(recovery_id, by)
    was = row.state
    _move(row, R.DROPPED, dropped_at=at, dropped_by=by, dropped_why=reason)
    if was == R.AGREED:
        books.take_back_recovery(row, by=by, at=at)
    _tell("dropped", row, row.asked, by=by, at=at)
    return row


def _locked(recovery_id: int, by: User) -> Recovery:
    claim_id = Recovery.objects.values_list("claim_id", flat=True).get(pk=recovery_id)
    claim = lock_claim(claim_id, by)
    rows = Recovery.objects.select_for_update(of=("self",)).select_related("carrier")
    row = rows.get(pk=recovery_id)
    row.claim = claim
    return row


def _move(row: Recovery, to: RecoveryState, **values: Any) -> None:
    RECOVERY_MOVES.check(R(row.state), to)
    for name, value in {"state": to, **values}.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *values])


def _tell(what: str, row: Recovery, amount: Decimal, *, by: User, at: datetime) -> None:
    data = about(row.claim, against=row.against, amount=str(amount))
    record(f"recovery.{what}", row, by=by, at=at, data=data)
