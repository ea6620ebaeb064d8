"""Who is told: from policies and happenings to people with addresses. Set-based throughout."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from apps.accounts.models import Unit, User, UserRole
from apps.complaints.models import Case
from apps.core.masking import mask_name, mask_phone
from apps.core.phones import is_mobile
from apps.customers.enums import ContactRole
from apps.customers.models import Contact
from apps.notifications.addresses import index_of, label_of
from apps.notifications.enums import Audience, SubscriptionState
from apps.notifications.models import NotificationPolicy, Subscription
from apps.notifications.queries.notice import Notice

# The first of these that a customer has is whom we write to.
WHOM = (ContactRole.SERVICE, ContactRole.ORDERS, ContactRole.MANAGER)


@dataclass
class Person:
    """One recipient with every address we have; ``prefers`` goes first where a policy allows.
    ``one_address``: gave that one and wants to hear there only."""

    key: str
    label: str
    language: str
    addresses: dict[str, str] = field(default_factory=dict)
    phone: str = ""
    prefers: str = ""
    customer_id: int | None = None
    one_address: bool = False


@dataclass
class Planned:
    happening: Notice
    policy: NotificationPolicy
    person: Person


def plan(happenings: Sequence[Notice]) -> list[Planned]:
    """Every (happening, policy, person) that the active policies call for."""
    topics = {h.topic for h in happenings}
    policies: dict[str, list[NotificationPolicy]] = defaultdict(list)
    for policy in NotificationPolicy.objects.filter(topic__in=topics, active=True):
        policies[policy.topic].append(policy)
    wanted: dict[tuple[str, str], list[tuple[Notice, NotificationPolicy]]] = defaultdict(list)
    for happening in happenings:
        for policy in policies[happening.topic]:
            wanted[(policy.audience, policy.role)].append((happening, policy))
    planned: list[Planned] = []
    for (audience, role), pairs in wanted.items():
        find = _FINDERS.get(audience)
        if find is None:
            continue
        people = find([happening for happening, _policy in pairs], role)
        planned += [
            Planned(happening, policy, person)
            for happening, policy in pairs
            for person in people(happening)
        ]
    return planned


Finder = Callable[[Notice], Iterable[Person]]


def _contacts(happenings: Sequence[Notice], _role: str) -> Finder:
    ids = {h.customer.pk for h in happenings if h.customer}
    known: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(customer__in=ids, active=True).order_by("pk"):
        known[contact.customer_id].append(contact)
    people = {pk: [_contact(c) for c in _to_write_to(rows)] for pk, rows in known.items()}

    def find(happening: Notice) -> Iterable[Person]:
        return people.get(happening.customer.pk, ()) if happening.customer else ()

    return find


def _to_write_to(contacts: list[Contact]) -> list[Contact]:
    for role in WHOM:
        chosen = [contact for contact in contacts if contact.role == role]
        if chosen:
            return chosen
    return contacts[:1]


def _contact(contact: Contact) -> Person:
    addresses = {"phone": contact.phone}
    if is_mobile(contact.phone):
        addresses["sms"] = contact.phone
    if contact.email:
        addresses["email"] = contact.email.strip().lower()
    return Person(
        key=f"contact:{contact.pk}",
        label=f"{mask_name(contact.name)} {mask_phone(contact.phone)}",
        language=contact.language,
        addresses=addresses,
        phone=contact.phone,
        prefers=contact.preferred_channel,
        customer_id=contact.customer_id,
    )


def _consignees(_happenings: Sequence[Notice], _role: str) -> Finder:
    def find(happening: Notice) -> Iterator[Person]:
        if happening.waybill and happening.waybill.consignee_phone:
            name = happening.waybill.consignee_name
            yield _by_phone(happening.waybill.consignee_phone, name)

    return find


def _senders(_happenings: Sequence[Notice], _role: str) -> Finder:
    def find(happening: Notice) -> Iterator[Person]:
        if happening.waybill and happening.waybill.sender_phone:
            yield _by_phone(happening.waybill.sender_phone, happening.waybill.sender_name)

    return find


def _by_phone(phone: str, name: str = "", language: str = "zh-hans") -> Person:
    addresses = {"phone": phone}
    if is_mobile(phone):
        addresses["sms"] = phone
    label = f"{mask_name(name)} {mask_phone(phone)}".strip()
    return Person(f"phone:{index_of(phone)}", label, language, addresses, phone)


def _subscribers(happenings: Sequence[Notice], _role: str) -> Finder:
    ids = {h.waybill.pk for h in happenings if h.waybill}
    people: dict[int, list[Person]] = defaultdict(list)
    rows = Subscription.objects.filter(waybill__in=ids, state=SubscriptionState.ACTIVE)
    for row in rows.order_by("pk"):
        people[row.waybill_id].append(_addressee(row.channel, row.address, row.language))

    def find(happening: Notice) -> Iterable[Person]:
        return people.get(happening.waybill.pk, ()) if happening.waybill else ()

    return find


def _addressee(channel: str, address: str, language: str) -> Person:
    """Somebody who gave one address and wants to hear there only."""
    if channel == "sms":
        person = _by_phone(address, language=language)
        person.addresses, person.one_address = {"sms": address}, True
        return person
    return Person(
        f"{channel}:{index_of(address)}",
        label_of(channel, address),
        language,
        {channel: address},
        one_address=True,
    )


def _one_addressee(_happenings: Sequence[Notice], _role: str) -> Finder:
    def find(happening: Notice) -> Iterator[Person]:
        if happening.addressee:
            yield _addressee(*happening.addressee)

    return find


def _case_contacts(_happenings: Sequence[Notice], _role: str) -> Finder:
    def find(happening: Notice) -> Iterator[Person]:
        if happening.case is not None:
            person = case_contact(happening.case)
            if person is not None:
                person.prefers = happening.prefers
                yield person

    return find


def case_contact(case: Case) -> Person | None:
    """Whoever brought the case, with every way they gave us; None when they gave none."""
    addresses: dict[str, str] = {}
    if case.contact_email:
        addresses["email"] = case.contact_email.strip().lower()
    if case.contact_wechat:
        addresses["wechat"] = case.contact_wechat
    phone = case.contact_phone
    if phone:
        addresses["phone"] = phone
        if is_mobile(phone):
            addresses["sms"] = phone
    if not addresses:
        return None
    # The phone first: preferences and linked accounts hang on it.
    channel = next(c for c in ("phone", "email", "wechat") if c in addresses)
    label = f"{mask_name(case.contact_name)} {label_of(channel, addresses[channel])}".strip()
    key = f"{channel}:{index_of(addresses[channel])}"
    return Person(key, label, case.language, addresses, phone, customer_id=None)


def _agents(happenings: Sequence[Notice], _role: str) -> Finder:
    def agent_of(happening: Notice) -> int | None:
        return happening.owner_id or (happening.customer.agent_id if happening.customer else None)

    ids = {agent_of(h) for h in happenings}
    people = {u.pk: staff_person(u) for u in User.objects.active().filter(pk__in=ids - {None})}

    def find(happening: Notice) -> Iterator[Person]:
        pk = agent_of(happening)
        if pk in people:
            yield people[pk]

    return find


def _named(happenings: Sequence[Notice], _role: str) -> Finder:
    ids = {pk for happening in happenings for pk in happening.people}
    people = {u.pk: staff_person(u) for u in User.objects.active().filter(pk__in=ids)}

    def find(happening: Notice) -> Iterator[Person]:
        return (people[pk] for pk in happening.people if pk in people)

    return find


def _role_holders(happenings: Sequence[Notice], role: str) -> Finder:
    """Who holds the role in the unit concerned or above it; everyone with it when no unit is."""
    held = [
        (row.unit.path, staff_person(row.user))
        for row in UserRole.objects.current()
        .filter(role=role, user__is_active=True)
        .select_related("user", "unit")
        .order_by("pk")
    ]
    units = _paths({h.unit_id or (h.customer.unit_id if h.customer else None) for h in happenings})

    def find(happening: Notice) -> Iterable[Person]:
        unit_id = happening.unit_id or (happening.customer.unit_id if happening.customer else None)
        path = units.get(unit_id or 0, "")
        found = {p.key: p for above, p in held if not path or path.startswith(above)}
        return found.values()

    return find


def _paths(unit_ids: set[int | None]) -> dict[int, str]:
    return dict(
        Unit.objects.filter(pk__in=[pk for pk in unit_ids if pk is not None]).values_list(
            "pk", "path"
        )
    )


def staff_person(user: User) -> Person:
    addresses = {"in_app": ""}
    if user.email:
        addresses["email"] = user.email.lower()
    if user.phone:
        addresses["phone"] = user.phone
        if is_mobile(user.phone):
            addresses["sms"] = user.phone
    return Person(f"user:{user.pk}", user.display_name, user.language, addresses, user.phone)


def _everybody(_happenings: Sequence[Notice], _role: str) -> Finder:
    everybody = Person("public", "", settings.LANGUAGE_CODE, {"site": ""}, one_address=True)

    def find(_happening: Notice) -> Iterable[Person]:
        return (everybody,)

    return find


_FINDERS: dict[str, Callable[[Sequence[Notice], str], Finder]] = {
    Audience.CUSTOMER_CONTACTS: _contacts,
    Audience.CONSIGNEE: _consignees,
    Audience.SENDER: _senders,
    Audience.SUBSCRIBER: _subscribers,
    Audience.ADDRESSEE: _one_addressee,
    Audience.CASE_CONTACT: _case_contacts,
    Audience.AGENT: _agents,
    Audience.NAMED: _named,
    Audience.ROLE: _role_holders,
    Audience.PUBLIC: _everybody,
}
