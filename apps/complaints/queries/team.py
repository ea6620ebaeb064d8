"""Who may get a case, who hears of it, and whose business it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import cached_property

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster, people_for, service_desk
from apps.complaints.enums import CaseState, Prefer, Severity
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.complaints.queries.triage import CaseRules, rules_in_use
from apps.complaints.rules.triage import Candidate, fitting_rule, least_loaded
from apps.complaints.states import IN_HAND, LIVE_VALUES
from apps.training.enums import Area
from apps.training.queries import who_may_work

if TYPE_CHECKING:
    from apps.customers.models import Customer

# Written out: every case that is opened asks it.
_LOAD = """
SELECT owner_id, count(*) FILTER (WHERE state = ANY(%s))
    + count(*) FILTER (WHERE severity = %s AND state = ANY(%s)), max(assigned_at)
FROM complaints_case WHERE owner_id = ANY(%s) AND state = ANY(%s) GROUP BY owner_id
"""
_IN_HAND = sorted(str(state) for state in IN_HAND)
# Who takes over where nobody holds the role of the rule.
FALLBACK = (Role.DIRECTOR, Role.DEPARTMENT_MANAGER)
# CMP-2: who hears of a complaint, loss or damage within five minutes.
TOLD = (Role.DEPARTMENT_MANAGER, Role.QC_MANAGER)


class CaseAssigner:
    """Who owns a new case, asked at one instant: the rules of assignment and the roster, each
    read once however often they are asked, and only when they are."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        # Whether those whose turn it was were left out of the last answer, as not qualified (STF-1).
        self.passed_over = False

    @cached_property
    def rules(self) -> CaseRules:
        return rules_in_use()

    @cached_property
    def roster(self) -> Roster:
        roles = {Role.AGENT, *FALLBACK, *(rule.role for rule in self.rules.assignment)}
        return Roster(roles, self._at)

    def owner_of(self, case: Case) -> int | None:
        """Who gets ``case`` by the rules, the roster and the load; None when nobody is there at all.
        Whoever is not qualified for live cases is left out; with nobody left the director gets it."""
        self.passed_over = False
        rule = fitting_rule(
            self.rules.assignment,
            case_class=case.case_class,
            severity=case.severity,
            customer_id=case.customer_id,
            unit_path=case.unit.path,
        )
        role = Role(rule.role) if rule else Role.AGENT
        if rule and rule.prefer == Prefer.OWN_AGENT and case.customer is not None:
            own = self._own_agent(case.customer, role)
            if own is not None:
                return own
        path = rule.team.path if rule and rule.team else case.unit.path
        for wanted in (role, *FALLBACK):
            people = there = self.roster.people(wanted, path)
            if wanted not in FALLBACK:
                people = self.qualified(there)
                self.passed_over = bool(there) and not people
            if people:  # one alone has nobody to be compared with
                return people[0] if len(people) == 1 else least_loaded(load_of(people))
        return None

    def _own_agent(self, customer: "Customer", role: Role) -> int | None:
        """The customer's agent or whoever stands in; nobody else's shift is called upon, so while a
        roster says that others are on duty, they get it."""
        agent = customer.agent
        if agent is None or not agent.is_active:
            return None
        pk = self.roster.instead_of(agent.pk)
        if not self.qualified([pk]):
            return None
        here = self.roster.on_duty(role, customer.unit.path)
        return None if here and pk not in here else pk

    def qualified(self, people: list[int]) -> list[int]:
        """Those of ``people`` who may work on live cases."""
        if not self.rules.is_gated:
            return people
        may = who_may_work(people, Area.CASES, self._at)
        return [pk for pk in people if pk in may]

    def desk(self, unit: Unit) -> list[int]:
        """Who is told that something came in which is nobody's business yet: the agents on duty."""
        return self.roster.people(Role.AGENT, unit.path)


def load_of(user_ids: Collection[int]) -> list[Candidate]:
    """What each of these has in hand; a major case counts twice."""
    if not user_ids:
        return []
    with connection.cursor() as cursor:
        values: list[Any] = [_IN_HAND, Severity.MAJOR, _IN_HAND, list(user_ids), LIVE_VALUES]
        cursor.execute(_LOAD, values)
        known = {pk: (in_hand, last) for pk, in_hand, last in cursor.fetchall()}
    return [Candidate(pk, *known.get(pk, (0, None))) for pk in user_ids]


def report_recipients(case: Case, at: datetime) -> list[User]:
    """Whom the agent reports a complaint, loss or damage to within five minutes (CMP-2): the
    department manager and the QC manager, for a direct complaint the general manager too; each
    the nearest above the case's unit, on the roster first, replaced while away."""
    if not case.is_trouble:
        return []
    roles: Sequence[Role] = (*TOLD, Role.GENERAL_MANAGER) if case.is_direct else TOLD
    return people_for(roles, case.unit.path, at)


def unowned(limit: int) -> QuerySet[Case]:
    """New cases that nobody has, oldest first."""
    return Case.objects.filter(state=CaseState.NEW, owner__isnull=True).order_by("pk")[:limit]


def unit_for(
    *, customer: "Customer | None", waybill_unit: Unit | None, by: User, assigner: CaseAssigner
) -> Unit | None:
    """Whose business a case is: the customer's unit, the shipment's, the one of whoever takes it
    down, else the service desk on duty, where agents see it (CMP-1); the head of the company only
    where no agent is. None only in an installation without units."""
    if customer is not None:
        return customer.unit
    if waybill_unit is not None:
        return waybill_unit
    paths = sorted(path for _role, path in by.current_roles)
    own = None
    if paths:
        own = Unit.objects.active().filter(path__in=paths).order_by("path").first()
    return own or service_desk(assigner.roster) or _head()


def is_nobodys(new: NewCase, by: User) -> bool:
    """Whether neither a customer, a shipment nor whoever takes it down says whose business it is."""
    known = (new.unit, new.customer, new.waybill, new.order)
    return not any(known) and not by.current_roles


def _head() -> Unit | None:
    return Unit.objects.active().filter(parent__isnull=True).order_by("path").first()
