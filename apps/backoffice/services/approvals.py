"""Asking for approval, giving and refusing it, and what makes it void (docs/adr/0025-…).

Services of the apps call these inside their own transaction, with the subject's row locked: the
subject's lock is taken first, the request's after it.
"""

from datetime import datetime
from typing import Any, Required, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from apps.backoffice.approval_kinds import person_of, policy_of, roles_of
from apps.backoffice.enums import ApprovalState, Decision
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.queries.approvals import content_of, given_of, live_request
from apps.backoffice.rules.approvals import (
    Given,
    check_second_factor,
    current_round,
    free_seats,
    rounds_from_json,
    rounds_to_json,
    seat_for,
)
from apps.backoffice.states import APPROVAL_MOVES
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.events.services import record


class ApprovalInput(TypedDict, total=False):
    """What whoever approves sends: the SHA-256 of what they saw, a remark, when they proved their second
    factor. The services of the apps hand it on to ``approve`` as it is."""

    seen: Required[str]
    remark: str
    second_factor_at: datetime | None


@transaction.atomic
def ask_approval(
    *, kind: str, subject: Any, title: str = "", by: Any, at: datetime
) -> ApprovalRequest:
    """Ask for approval of the subject as it is now. One request of a kind is live at a time; whoever
    asks and the policy's makers approve nothing of it."""
    policy = policy_of(kind)
    live = live_request(kind, subject)
    if live is not None and content_of(kind, subject)[1] != live.sha256:
        _void(_locked(live), by=by, at=at)
    elif live is not None:
        raise RuleBroken(
            _("Approval of this was asked for already: “%(state)s”.")
            % {"state": ApprovalState(live.state).label},
            code="approval_asked",
            rule=policy.rule,
        )
    content, sha256 = content_of(kind, subject)
    rounds = policy.rounds(subject)
    makers = {_person_of_maker(user) for user in (by, *policy.makers(subject))}
    request = ApprovalRequest.objects.create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        title=(title or str(subject))[:160],
        content=content,
        sha256=sha256,
        rounds=rounds_to_json(rounds),
        maker_persons=sorted(makers),
        waiting_roles=_roles_of(free_seats(rounds, [], 1)),
        asked_at=at,
        asked_by=by,
    )
    _tell("asked", request, by=by, at=at)
    return request


@transaction.atomic
def approve(
    *,
    kind: str,
    subject: Any,
    seen: str,
    remark: str = "",
    second_factor_at: datetime | None = None,
    by: Any,
    at: datetime,
) -> ApprovalRequest:
    """``by`` approves what they saw, whose SHA-256 is ``seen``. The request comes back approved once
    every round has its quorum. Raises RuleBroken when it is not this person's turn, or when the
    content is another than the one seen."""
    request = _open_request(kind, subject)
    _check_seen(request, seen)
    _check_seen(request, content_of(kind, subject)[1])
    policy = policy_of(kind)
    check_second_factor(second_factor_at, within=policy.second_factor_within, at=at)
    number, seat, away = _seat(request, by, at)
    _decide(request, number, seat, Decision.APPROVED, remark[:300], second_factor_at, by, at, away)
    rounds, given = rounds_from_json(request.rounds), _given(request)
    now = current_round(rounds, given)
    _tell("given", request, by=by, at=at, data={"as": seat, "round": number})
    if now is None:
        _close(request, ApprovalState.APPROVED, by=by, at=at)
        _tell("completed", request, by=by, at=at)
        return request
    request.round, request.waiting_roles = now, _roles_of(free_seats(rounds, given, now))
    request.save(update_fields=["round", "waiting_roles"])
    return request


@transaction.atomic
def refuse(
    *, kind: str, subject: Any, seen: str, reason: str, by: Any, at: datetime
) -> ApprovalRequest:
    """Whose turn it is says no to what they saw, and why: the request is over. That is possible also
    when the subject was changed behind it, so that it can be asked for anew."""
    request = _open_request(kind, subject)
    _check_seen(request, seen)
    number, seat, away = _seat(request, by, at)
    why = required_text(reason, most=300)
    _decide(request, number, seat, Decision.REFUSED, why, None, by, at, away)
    _close(request, ApprovalState.REFUSED, reason=why, by=by, at=at)
    words = {"as": seat, "reason": why}
    _tell("refused", request, by=by, at=at, data=words)
    return request


@transaction.atomic
def withdraw_approval(
    *, kind: str, subject: Any, reason: str, by: Any, at: datetime
) -> ApprovalRequest:
    """Nobody is asked any more; what was approved to the end cannot be withdrawn."""
    request = _open_request(kind, subject)
    why = required_text(reason, most=300)
    _close(request, ApprovalState.WITHDRAWN, reason=why, by=by, at=at)
    _tell("withdrawn", request, by=by, at=at, data={"reason": why})
    return request


@transaction.atomic
def void_if_changed(*, kind: str, subject: Any, by: Any, at: datetime) -> bool:
    """For every service that edits the subject: approvals of what it was are void."""
    live = live_request(kind, subject)
    if live is None or content_of(kind, subject)[1] == live.sha256:
        return False
    _void(_locked(live), by=by, at=at)
    return True


def _void(request: ApprovalRequest, *, by: Any, at: datetime) -> None:
    _close(request, ApprovalState.VOID, by=by, at=at)
    _tell("voided", request, by=by, at=at)


def _open_request(kind: str, subject: Any) -> ApprovalRequest:
    """Locked; two who press at once stand in line here."""
    found = live_request(kind, subject)
    request = _locked(found) if found is not None else None
    if request is None or request.state != ApprovalState.OPEN:
        raise RuleBroken(
            _("No approval of this is waited for."),
            code="approval_not_open",
            rule=policy_of(kind).rule,
        )
    return request


def _locked(request: ApprovalRequest) -> ApprovalRequest:
    return ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def _check_seen(request: ApprovalRequest, seen: str) -> None:
    if seen != request.sha256:
        raise RuleBroken(
            _("This was changed since you opened it. Look at it once more before you decide."),
            code="approval_outdated",
            rule=policy_of(request.kind).rule,
        )


def _seat(request: ApprovalRequest, by: Any, at: datetime) -> tuple[int, str, Any]:
    """The round, the seat, and for whom it is taken, if not for oneself. Nobody stands in for somebody who made
    it or has decided: that person would count twice."""
    policy = policy_of(request.kind)
    own = roles_of(by)
    counted = {*request.maker_persons, *request.approvals.values_list("person", flat=True)}
    deputised = {
        role: away
        for role, away in policy.stands_in(by, at).items()
        if role not in own and person_of(away) not in counted
    }
    try:
        number, seat = seat_for(
            rounds_from_json(request.rounds),
            _given(request),
            person=person_of(by),
            roles=own | deputised.keys(),
            makers=request.maker_persons,
            words=policy.seat_label,
        )
    except RuleBroken as refusal:
        refusal.rule = policy.rule
        raise
    return number, seat.code, _away(seat.roles, own, deputised)


def _away(wanted: frozenset[str], own: frozenset[str], deputised: dict[str, Any]) -> Any:
    return (
        None
        if wanted & own
        else next(deputised[role] for role in sorted(wanted & deputised.keys()))
    )


def _given(request: ApprovalRequest) -> list[Given]:
    return given_of(request.approvals.all())


def _decide(
    request: ApprovalRequest,
    number: int,
    seat: str,
    decision: Decision,
    reason: str,
    second_factor_at: datetime | None,
    by: Any,
    at: datetime,
    away: Any,
) -> None:
    Approval.objects.create(
        request=request,
        round=number,
        seat=seat,
        person=person_of(by),
        decision=decision,
        sha256=request.sha256,
        decided_at=at,
        decided_by=by,
        on_behalf_of=away,
        second_factor_at=second_factor_at,
        reason=reason,
    )


def _close(
    request: ApprovalRequest, to: ApprovalState, *, reason: str = "", by: Any, at: datetime
) -> None:
    APPROVAL_MOVES.check(ApprovalState(request.state), to)
    request.state, request.waiting_roles = to, []
    request.closed_at, request.closed_by, request.close_reason = at, by, reason
    request.save(update_fields=["state", "waiting_roles", "closed_at", "closed_by", "close_reason"])


def _person_of_maker(user: Any) -> str:
    person = person_of(user)
    if not person:
        raise RuleBroken(
            _("The staff number of %(name)s is not on file. Ask IT to enter it.")
            % {"name": str(user)},
            code="no_staff_number",
        )
    return person


def _roles_of(seats: Any) -> list[str]:
    return sorted({role for seat in seats for role in seat.roles})


def _tell(
    what: str,
    request: ApprovalRequest,
    *,
    by: Any,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    about = {"kind": request.kind, "subject": request.title, "sha256": request.sha256}
    record(f"approval.{what}", request, by=by, at=at, data={**about, **(data or {})})
