"""A kind of approval for tests: a unit's name, city and head count of two seats out of three and the
general manager."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.backoffice import services
from apps.backoffice.approval_kinds import Policy, policies
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import content_of, requests_of
from apps.backoffice.rules.approvals import Round, Seat
from tests.factories.accounts import UnitFactory, UserFactory

KIND = "tests.unit"


class Seats(TextChoices):
    MONEY = "money", "财务"
    SERVICE = "service", "客服"
    QUALITY = "quality", "质控"
    HEAD = "head", "总经理"


ROUNDS = (
    Round(
        (
            Seat(Seats.MONEY.value, frozenset({Role.FINANCE.value, Role.SETTLEMENT_CLERK.value})),
            Seat(Seats.SERVICE.value, frozenset({Role.DIRECTOR.value})),
            Seat(Seats.QUALITY.value, frozenset({Role.QC_MANAGER.value})),
        ),
        quorum=2,
    ),
    Round((Seat(Seats.HEAD.value, frozenset({Role.GENERAL_MANAGER.value})),)),
)
POLICY = Policy(
    kind=KIND,
    label="网点变更",
    model="accounts.Unit",
    rounds=lambda _unit: ROUNDS,
    content=lambda unit: {"name": unit.name, "city": unit.city},
    visible_to=lambda user: Unit.objects.all() if user.is_active else Unit.objects.none(),
    seats=Seats,
)


@contextmanager
def known(**changes: Any) -> Iterator[Policy]:
    """The policy among those of the house, with changes, for the time of a test."""
    policy = replace(POLICY, **changes)
    installation, before = policies(), policies().get(policy.kind)
    installation[policy.kind] = policy
    try:
        yield policy
    finally:
        if before is None:
            del installation[policy.kind]
        else:
            installation[policy.kind] = before


class Installation:
    """A unit, who asks, and people of every seat; ``money_again`` is a second login of ``money``."""

    def __init__(self) -> None:
        self.unit: Unit = UnitFactory(name="浦东营业部")
        self.maker = self.person(Role.FINANCE)
        self.money = self.person(Role.FINANCE)
        self.money_again = self.person(
            Role.DIRECTOR, Role.GENERAL_MANAGER, staff_number=self.money.staff_number
        )
        self.service = self.person(Role.DIRECTOR)
        self.quality = self.person(Role.QC_MANAGER)
        self.both = self.person(Role.QC_MANAGER, Role.GENERAL_MANAGER)
        self.head = self.person(Role.GENERAL_MANAGER)
        self.agent = self.person(Role.AGENT)

    def person(self, *roles: Role, **fields: Any) -> User:
        user: User = UserFactory(roles=list(roles), unit=self.unit, **fields)
        return user

    @property
    def request(self) -> ApprovalRequest:
        """The newest one."""
        return requests_of(KIND, self.unit)[0]

    @property
    def sha256(self) -> str:
        return content_of(KIND, self.unit)[1]

    def ask(self, by: User | None = None) -> ApprovalRequest:
        by = by or self.maker
        return services.ask_approval(kind=KIND, subject=self.unit, by=by, at=timezone.now())

    def approve(self, by: User, *, seen: str = "", at: datetime | None = None, **more: Any) -> Any:
        return services.approve(
            kind=KIND,
            subject=self.unit,
            seen=seen or self.sha256,
            by=by,
            at=at or timezone.now(),
            **more,
        )

    def refuse(self, by: User, reason: str = "数目不对") -> ApprovalRequest:
        return services.refuse(
            kind=KIND,
            subject=self.unit,
            seen=self.request.sha256,
            reason=reason,
            by=by,
            at=timezone.now(),
        )

    def withdraw(self) -> ApprovalRequest:
        return services.withdraw_approval(
            kind=KIND, subject=self.unit, reason="不用了", by=self.maker, at=timezone.now()
        )

    def edit(self, name: str) -> bool:
        """As a service does that edits the subject."""
        self.unit.name = name
        self.unit.save()
        return services.void_if_changed(
            kind=KIND, subject=self.unit, by=self.maker, at=timezone.now()
        )

    def all_approve(self) -> ApprovalRequest:
        for person in (self.money, self.service, self.head):
            request = self.approve(person)
        return request
