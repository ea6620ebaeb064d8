"""Summaries with the people who sign them, at whatever stage a test needs."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import live_request
from apps.customers.models import Customer
from apps.reports import services
from apps.reports.enums import ScopeKind
from apps.reports.kpis import Period
from apps.reports.models import TEXTS, Summary
from apps.reports.rules.summaries import SUMMARY, month_before
from apps.reports.services.summaries import draft_of
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import CustomerFactory


def last_month() -> date:
    """Its first day."""
    return month_before(timezone.localdate())


class Signers:
    """The four, the department manager who plans, and one customer of theirs."""

    def __init__(self) -> None:
        self.unit = UnitFactory()

        def person(role: Role) -> User:
            user: User = UserFactory(roles=[role], unit=self.unit)
            return user

        self.agent = person(Role.AGENT)
        self.project = person(Role.PROJECT_MANAGER)
        self.department = person(Role.DEPARTMENT_MANAGER)
        self.director = person(Role.DIRECTOR)
        self.deputy = person(Role.DEPUTY_GENERAL_MANAGER)
        self.customer: Customer = CustomerFactory(unit=self.unit, agent=self.agent)

    @transaction.atomic
    def draft(self, customer: Customer | None = None, at: datetime | None = None) -> Summary:
        """Of last month, without a text."""
        at = at or timezone.now()
        period = Period.of_month(last_month())
        freeze = services.freeze_figures(period, ScopeKind.CUSTOMER, by=self.director, at=at)
        [row] = draft_of([customer or self.customer], freeze, by=self.director, at=at)
        return row

    def with_texts(self, row: Summary | None = None) -> Summary:
        row = row or self.draft()
        for names, by in (
            (("happened", "ahead"), self.agent),
            (("project_plan",), self.project),
            (("department_plan",), self.department),
        ):
            texts = {name: f"本月{name}：按计划改进。" for name in names}
            row = services.change_summary(summary_id=row.pk, texts=texts, by=by, at=timezone.now())
        return row

    def written(self, row: Summary | None = None) -> Summary:
        row = self.with_texts(row)
        return services.write_summary(summary_id=row.pk, by=self.agent, at=timezone.now())

    def sign(self, row: Summary, by: User, **more: Any) -> Summary:
        more = {"seen": seen(row), "at": timezone.now(), **more}
        return services.sign_summary(row, by=by, **more)

    def signed(self, row: Summary | None = None) -> Summary:
        row = self.written(row)
        for by in (self.project, self.director, self.deputy):
            row = self.sign(row, by)
        return row

    def sent(self, row: Summary | None = None) -> Summary:
        row = self.signed(row)
        return services.send_summary(summary_id=row.pk, by=self.agent, at=timezone.now())


def seen(row: Summary) -> str:
    request = live_request(SUMMARY, row)
    return request.sha256 if request else ""


def texts_of(row: Summary) -> dict[str, str]:
    return {name: getattr(row, name) for name in TEXTS}
