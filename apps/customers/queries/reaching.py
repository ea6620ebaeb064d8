"""Every way by which a customer could be reached some time ago: for what must not be hidden from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.phones import is_mobile
from apps.customers.enums import FormerKind
from apps.customers.models import Contact, Customer, FormerAddress
from apps.events.models import Event

# Who left or changed their number before that is not looked for any more.
LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OldWay:
    """``channel`` as the notifications call it."""

    channel: str
    address: str
    language: str


def reachable_before(customer: Customer, at: datetime) -> list[OldWay]:
    """The phones and e-mail addresses of all contacts, of those retired within 90 days before ``at`` too, and
    what any of them had before a change in that time. Each once; three queries."""
    since = at - LOOKED_BACK
    retired = Event.objects.filter(
        kind="customer.contact_retired",
        subject_type="customers.customer",
        subject_id=str(customer.pk),
        at__gte=since,
    ).values_list("data__contact", flat=True)
    left = {int(pk) for pk in retired if pk}
    contacts = [
        one
        for one in Contact.objects.filter(customer=customer).order_by("pk")
        if one.active or one.pk in left
    ]
    former = FormerAddress.objects.filter(contact__customer=customer, until__gte=since)
    found: list[OldWay] = []
    for contact in contacts:
        found += _ways(contact.phone, contact.email, contact.language)
    for one in former.select_related("contact").order_by("pk"):
        is_phone = one.kind == FormerKind.PHONE
        phone, email = (one.address, "") if is_phone else ("", one.address)
        found += _ways(phone, email, one.contact.language)
    return list({(way.channel, way.address): way for way in found}.values())


def _ways(phone: str, email: str, language: str) -> list[OldWay]:
    found = []
    if phone:
        found.append(OldWay("sms" if is_mobile(phone) else "phone", phone, language))
    if email:
        found.append(OldWay("email", email.strip().lower(), language))
    return found
