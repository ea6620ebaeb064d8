"""Recipients with every address we have of them: contacts, phones, colleagues, robots of groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.core.masking import mask_name, mask_phone
from apps.core.phones import is_mobile
from apps.customers.models import Contact
from apps.notifications.addresses import index_of, label_of
from apps.notifications.models import (
    ColleagueAccount,
    GroupRobot,
)


@dataclass
class Person:
    """One recipient with every address we have; ``prefers`` goes first where a policy allows.
    ``one_address``: gave that one and wants messages there only."""

    key: str
    label: str
    language: str
    addresses: dict[str, str] = field(default_factory=dict)
    phone: str = ""
    prefers: str = ""
    customer_id: int | None = None
    one_address: bool = False


def contact_person(contact: Contact) -> Person:
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


def phone_person(phone: str, name: str = "", language: str = "zh-hans") -> Person:
    addresses = {"phone": phone}
    if is_mobile(phone):
        addresses["sms"] = phone
    label = f"{mask_name(name)} {mask_phone(phone)}".strip()
    return Person(f"phone:{index_of(phone)}", label, language, addresses, phone)


def addressee_person(channel: str, address: str, language: str) -> Person:
    """Somebody who gave one address and wants messages there only."""
    if channel == "sms":
        person = phone_person(address, language=language)
        person.addresses, person.one_address = {"sms": address}, True
        return person
    return Person(
        f"{channel}:{index_of(address)}",
        label_of(channel, address),
        language,
        {channel: address},
        one_address=True,
    )


def case_contact_person(case: Case) -> Person | None:
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


def robot_person(robot: GroupRobot) -> Person:
    return Person(
        robot.recipient,
        f"{robot.name} · {robot.group}"[:80],
        robot.language,
        {robot.channel: robot.recipient},
        one_address=True,
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


def add_accounts(people: Iterable[Person]) -> None:
    """The accounts of colleagues at the platforms, one query for all of them."""
    staff: dict[int, list[Person]] = defaultdict(list)
    for person in people:
        if person.key.startswith("user:"):
            staff[int(person.key.removeprefix("user:"))].append(person)
    rows = ColleagueAccount.objects.filter(user__in=list(staff), ended_at__isnull=True)
    for row in rows if staff else ():
        for person in staff[row.user_id]:
            person.addresses[row.platform] = row.account
