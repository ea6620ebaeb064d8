"""Approvals as pages show them: what is approved, who has, who is missing, what waits for me."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.approval_kinds import holders_of, person_of, policies, policy_of, roles_of
from apps.backoffice.enums import ApprovalState, Decision
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.rules.approvals import (
    Given,
    canonical,
    current_round,
    free_seats,
    rounds_from_json,
    rounds_to_json,
    sha256_of,
)
from apps.core.errors import RuleBroken

SHOWN = 200


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One line of the panel: a seat, who decided for it, or whether it is waited for."""

    round: int
    code: str
    label: str
    approval: Approval | None
    is_next: bool
    is_spare: bool  # the round has its quorum without it
    holders: list[Any]


@dataclass(frozen=True, slots=True)
class ApprovalPart:
    """What a page shows of the approval of its record."""

    request: ApprovalRequest | None
    state: ApprovalState | None
    lines: list[SeatLine]
    content: list[tuple[str, str]]  # as it was when approval was asked for
    is_changed: bool  # the record is not what was asked for any more
    earlier: list[tuple[ApprovalRequest, ApprovalState, list[tuple[str, Approval]]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of “waiting for my approval”."""

    request: ApprovalRequest
    label: str
    address: str
    seat: str


def requests_of(kind: str, subject: Model) -> "QuerySet[ApprovalRequest]":
    """Newest first."""
    return ApprovalRequest.objects.filter(
        kind=kind, subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-pk")


def live_request(kind: str, subject: Model) -> ApprovalRequest | None:
    """Open or approved; there is one at most."""
    live = [ApprovalState.OPEN, ApprovalState.APPROVED]
    return requests_of(kind, subject).filter(state__in=live).first()


def content_of(kind: str, subject: Any) -> tuple[str, str]:
    """Canonical JSON of what the subject is now, and its SHA-256."""
    text = canonical(policy_of(kind).content(subject))
    return text, sha256_of(text)


def given_of(approvals: Iterable[Approval]) -> list[Given]:
    """Those that count towards the quorum."""
    return [
        Given(one.round, one.seat, one.person)
        for one in approvals
        if one.decision == Decision.APPROVED
    ]


def seen_content(request: ApprovalRequest) -> list[tuple[str, str]]:
    """The content that is approved, in words. Raises ValueError if it is not what was hashed."""
    if sha256_of(request.content) != request.sha256:
        raise ValueError(f"the content of approval request {request.pk} is not what was hashed")
    return policy_of(request.kind).in_words(json.loads(request.content))


def check_still_approved(kind: str, subject: Any) -> ApprovalRequest:
    """The approval under which something may be done now. Raises RuleBroken unless there is one and
    the subject, which the caller has locked, is what was approved."""
    request = live_request(kind, subject)
    rule = policy_of(kind).rule
    if request is None or request.state != ApprovalState.APPROVED:
        raise RuleBroken(
            _("This is not approved. Ask for approval first."), code="not_approved", rule=rule
        )
    if content_of(kind, subject)[1] != request.sha256:
        raise RuleBroken(
            _("This was changed after it was approved: the approvals are void. Ask anew."),
            code="approval_void",
            rule=rule,
        )
    return request


def approval_part(kind: str, subject: Any) -> ApprovalPart:
    """Before anything was asked: whom it will go to."""
    policy = policy_of(kind)
    requests = list(
        requests_of(kind, subject).select_related("asked_by").prefetch_related("approvals__decided_by", "approvals__on_behalf_of")
    )  # fmt: skip
    newest = requests[0] if requests else None
    ended = (ApprovalState.REFUSED, ApprovalState.WITHDRAWN, ApprovalState.VOID)
    shown = newest if newest and newest.state not in ended else None
    text, sha256 = content_of(kind, subject)
    return ApprovalPart(
        request=newest,
        state=ApprovalState(newest.state) if newest else None,
        lines=_lines(kind, subject, shown),
        content=seen_content(shown) if shown else policy.in_words(json.loads(text)),
        is_changed=bool(shown) and sha256 != shown.sha256,  # type: ignore[union-attr]  # shown is one
        earlier=[
            (
                one,
                ApprovalState(one.state),
                [(policy.seat_label(a.seat), a) for a in one.approvals.all()],
            )
            for one in requests
            if one is not shown
        ],
    )


def _lines(kind: str, subject: Any, request: ApprovalRequest | None) -> list[SeatLine]:
    policy = policy_of(kind)
    stored = request.rounds if request else rounds_to_json(policy.rounds(subject))
    rounds = rounds_from_json(stored)
    approvals = list(request.approvals.all()) if request else []
    given = given_of(approvals)
    is_open = request is not None and request.state == ApprovalState.OPEN
    now = current_round(rounds, given) if is_open else None
    by_seat = {(one.round, one.seat): one for one in approvals}
    persons = {one.person for one in approvals}
    lines = []
    for number, one in enumerate(rounds, start=1):
        free = {seat.code for seat in free_seats(rounds, given, number)}
        complete = len(one.seats) - len(free) >= one.needs
        for seat in one.seats:
            is_next = number == now and seat.code in free
            lines.append(
                SeatLine(
                    round=number,
                    code=seat.code,
                    label=policy.seat_label(seat.code),
                    approval=by_seat.get((number, seat.code)),
                    is_next=is_next,
                    is_spare=complete and seat.code in free,
                    holders=_holders(seat.roles, request, persons) if is_next else [],
                )
            )
    return lines


def _holders(roles: Iterable[str], request: ApprovalRequest | None, persons: set[str]) -> list[Any]:
    makers = request.maker_persons if request else []
    return holders_of(roles, but={*makers, *persons})


def is_awaited(kind: str, subject: Any, user: Any) -> bool:
    """Whether it is this person's turn to approve or refuse."""
    return bool(waiting_for(user, only=(kind, subject)))


def waiting_for(user: Any, *, only: tuple[str, Any] | None = None) -> list[Waiting]:
    """What this person is to decide, the longest waiting first, at most ``SHOWN``: three queries, one
    for each kind, and one more for each kind in which stand-ins decide."""
    own, person, at = roles_of(user), person_of(user), timezone.now()
    kinds = [only[0]] if only else list(policies())
    roles = {kind: own | policy_of(kind).stands_in(user, at).keys() for kind in kinds}
    mine = Q(waiting_roles__overlap=sorted(own))
    for kind in kinds:
        if roles[kind] != own:
            mine |= Q(kind=kind, waiting_roles__overlap=sorted(roles[kind]))
    open_ = (
        requests_of(*only).order_by() if only else ApprovalRequest.objects.filter(kind__in=kinds)
    )
    asked = list(
        open_.filter(mine, state=ApprovalState.OPEN)
        .exclude(maker_persons__contains=[person])
        .exclude(approvals__person=person)
        .select_related("asked_by")
        .prefetch_related("approvals")
        .order_by("asked_at", "pk")[:SHOWN]
    )
    seen = {kind: _visible(kind, asked, user) for kind in {one.kind for one in asked}}
    return [
        Waiting(
            one,
            str(policy.label),
            policy.address(one.subject_id),
            _seat(policy, one, roles[one.kind]),
        )
        for one in asked
        if one.subject_id in seen[one.kind] and (policy := policy_of(one.kind))
    ]


def _visible(kind: str, asked: Iterable[ApprovalRequest], user: Any) -> set[str]:
    ids = [one.subject_id for one in asked if one.kind == kind]
    visible = policy_of(kind).seen_by(user).filter(pk__in=ids)
    return {str(pk) for pk in visible.values_list("pk", flat=True)}


def _seat(policy: Any, request: ApprovalRequest, roles: frozenset[str]) -> str:
    rounds = rounds_from_json(request.rounds)
    free = free_seats(rounds, given_of(request.approvals.all()), request.round)
    return next((policy.seat_label(seat.code) for seat in free if seat.roles & roles), "")
