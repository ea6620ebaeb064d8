"""Who is notified: from policies and notices to people with addresses (``persons``). Set-based throughout."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster, people_of
from apps.core.notice_types import Notice
from apps.core.times import now
from apps.customers.enums import ContactRole
from apps.customers.models import Contact
from apps.notifications.enums import Audience, SubscriptionState
from apps.notifications.models import (
    GroupRobot,
    NotificationPolicy,
    Subscription,
)
from apps.notifications.queries.persons import (
    Person,
    addressee_person,
    case_contact_person,
    contact_person,
    phone_person,
    robot_person,
    staff_person,
)

# The first of these that a customer has is whom we write to.
WHOM = (ContactRole.SERVICE, ContactRole.ORDERS, ContactRole.MANAGER)
WHOM_ABOUT_MONEY = (ContactRole.FINANCE, ContactRole.MANAGER, ContactRole.SERVICE)


@dataclass
class Planned:
    notice: Notice
    policy: NotificationPolicy
    person: Person


def plan(notices: Sequence[Notice]) -> list[Planned]:
    """Every (notice, policy, person) that the active policies call for."""
    topics = {h.topic for h in notices}
    policies: dict[str, list[NotificationPolicy]] = defaultdict(list)
    for policy in NotificationPolicy.objects.filter(topic__in=topics, active=True):
        policies[policy.topic].append(policy)
    wanted: dict[tuple[str, str], list[tuple[Notice, NotificationPolicy]]] = defaultdict(list)
    for notice in notices:
        for policy in policies[notice.topic]:
            wanted[(policy.audience, policy.role)].append((notice, policy))
    planned: list[Planned] = []
    for (audience, role), pairs in wanted.items():
        find = _FINDERS.get(audience)
        if find is None:
            continue
        people = find([notice for notice, _policy in pairs], role)
        planned += [
            Planned(notice, policy, person) for notice, policy in pairs for person in people(notice)
        ]
    return planned


Finder = Callable[[Notice], Iterable[Person]]


def _contacts(notices: Sequence[Notice], _role: str) -> Finder:
    return _written_to(notices, WHOM)


def _finance(notices: Sequence[Notice], _role: str) -> Finder:
    return _written_to(notices, WHOM_ABOUT_MONEY)


def _written_to(notices: Sequence[Notice], whom: Sequence[str]) -> Finder:
    ids = {h.customer.pk for h in notices if h.customer}
    known: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(customer__in=ids, active=True).order_by("pk"):
        known[contact.customer_id].append(contact)
    people = {
        pk: [contact_person(c) for c in _to_write_to(rows, whom)] for pk, rows in known.items()
    }

    def find(notice: Notice) -> Iterable[Person]:
        found = people.get(notice.customer.pk, []) if notice.customer else []
        return [replace(p, prefers=notice.prefers) for p in found] if notice.prefers else found

    return find


def _one_contact(_notices: Sequence[Notice], _role: str) -> Finder:
    def find(notice: Notice) -> Iterator[Person]:
        if notice.contact is not None and notice.contact.active:
            yield contact_person(notice.contact)

    return find


def _to_write_to(contacts: list[Contact], whom: Sequence[str]) -> list[Contact]:
    for role in whom:
        chosen = [contact for contact in contacts if contact.role == role]
        if chosen:
            return chosen
    return contacts[:1]


def _consignees(_notices: Sequence[Notice], _role: str) -> Finder:
    def find(notice: Notice) -> Iterator[Person]:
        if notice.waybill and notice.waybill.consignee_phone:
            name = notice.waybill.consignee_name
            yield phone_person(notice.waybill.consignee_phone, name)

    return find


def _senders(_notices: Sequence[Notice], _role: str) -> Finder:
    def find(notice: Notice) -> Iterator[Person]:
        if notice.waybill and notice.waybill.sender_phone:
            yield phone_person(notice.waybill.sender_phone, notice.waybill.sender_name)

    return find


def _subscribers(notices: Sequence[Notice], _role: str) -> Finder:
    ids = {h.waybill.pk for h in notices if h.waybill}
    people: dict[int, list[Person]] = defaultdict(list)
    rows = Subscription.objects.filter(waybill__in=ids, state=SubscriptionState.ACTIVE)
    for row in rows.order_by("pk"):
        people[row.waybill_id].append(addressee_person(row.channel, row.address, row.language))

    def find(notice: Notice) -> Iterable[Person]:
        return people.get(notice.waybill.pk, ()) if notice.waybill else ()

    return find


def _one_addressee(_notices: Sequence[Notice], _role: str) -> Finder:
    def find(notice: Notice) -> Iterator[Person]:
        if notice.addressee:
            yield addressee_person(*notice.addressee)

    return find


def _case_contacts(_notices: Sequence[Notice], _role: str) -> Finder:
    def find(notice: Notice) -> Iterator[Person]:
        if notice.case is not None:
            person = case_contact_person(notice.case)
            if person is not None:
                person.prefers = notice.prefers
                yield person

    return find


def _agents(notices: Sequence[Notice], _role: str) -> Finder:
    def agent_of(notice: Notice) -> int | None:
        return notice.owner_id or (notice.customer.agent_id if notice.customer else None)

    ids = {agent_of(h) for h in notices}
    people = {u.pk: staff_person(u) for u in User.objects.active().filter(pk__in=ids - {None})}

    def find(notice: Notice) -> Iterator[Person]:
        pk = agent_of(notice)
        if pk in people:
            yield people[pk]

    return find


def _named(notices: Sequence[Notice], _role: str) -> Finder:
    replaced = [notice for notice in notices if notice.stands_in]
    roster = Roster([], max(notice.at for notice in replaced)) if replaced else None

    def people_in(notice: Notice) -> Iterator[int]:
        here = roster if notice.stands_in else None
        return (here.instead_of(pk) if here else pk for pk in notice.people)

    ids = {pk for notice in notices for pk in people_in(notice)}
    people = {u.pk: staff_person(u) for u in User.objects.active().filter(pk__in=ids)}

    def find(notice: Notice) -> Iterator[Person]:
        return (people[pk] for pk in people_in(notice) if pk in people)

    return find


def _role_holders(notices: Sequence[Notice], role: str) -> Finder:
    """Who holds the role in the unit concerned or above it; everyone with it when no unit is."""
    roster = Roster([role], now())
    people = {u.pk: staff_person(u) for u in people_of(roster.everybody(role, ""))}
    units = _paths({h.unit_id or (h.customer.unit_id if h.customer else None) for h in notices})

    def find(notice: Notice) -> Iterable[Person]:
        unit_id = notice.unit_id or (notice.customer.unit_id if notice.customer else None)
        path = units.get(unit_id or 0, "")
        return (people[pk] for pk in roster.everybody(role, path) if pk in people)

    return find


def _groups(notices: Sequence[Notice], role: str) -> Finder:
    """Robots that are on, serve this role where one is asked for, and belong to the unit concerned, one above
    it or the whole company. Where no unit is concerned only those of the whole company."""
    robots = list(GroupRobot.objects.filter(is_active=True).select_related("unit").order_by("pk"))
    if role:
        robots = [robot for robot in robots if not robot.roles or role in robot.roles]
    units = _paths({_unit_of(notice) for notice in notices}) if robots else {}

    def find(notice: Notice) -> Iterator[Person]:
        path = units.get(_unit_of(notice) or 0, "")
        for robot in robots:
            if robot.unit is None or (path and path.startswith(robot.unit.path)):
                yield robot_person(robot)

    return find


def _unit_of(notice: Notice) -> int | None:
    for row in (notice, notice.case, notice.customer):
        unit: int | None = getattr(row, "unit_id", None)
        if unit is not None:
            return unit
    return None


def _paths(unit_ids: set[int | None]) -> dict[int, str]:
    return dict(
        Unit.objects.filter(pk__in=[pk for pk in unit_ids if pk is not None]).values_list(
            "pk", "path"
        )
    )


def _everybody(_notices: Sequence[Notice], _role: str) -> Finder:
    everybody = Person("public", "", settings.LANGUAGE_CODE, {"site": ""}, one_address=True)

    def find(_notice: Notice) -> Iterable[Person]:
        return (everybody,)

    return find


_FINDERS: dict[str, Callable[[Sequence[Notice], str], Finder]] = {
    Audience.CUSTOMER_CONTACTS: _contacts,
    Audience.FINANCE_CONTACTS: _finance,
    Audience.CONSIGNEE: _consignees,
    Audience.SENDER: _senders,
    Audience.SUBSCRIBER: _subscribers,
    Audience.ADDRESSEE: _one_addressee,
    Audience.CASE_CONTACT: _case_contacts,
    Audience.ONE_CONTACT: _one_contact,
    Audience.AGENT: _agents,
    Audience.NAMED: _named,
    Audience.ROLE: _role_holders,
    Audience.PUBLIC: _everybody,
    Audience.GROUP: _groups,
}
