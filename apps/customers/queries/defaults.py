"""What choosing a company fills into an order, masked for lists and in clear for the order."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from apps.accounts.models import User
from apps.core.masking import mask_name
from apps.customers.enums import (
    CustomerStatus,
    SiteUse,
)
from apps.customers.models import (
    Contact,
    Customer,
    CustomerQuerySet,
    CustomerSite,
)
from apps.customers.queries.search import matching
from apps.customers.rules import blockers_from, order_owner


@dataclass(frozen=True, slots=True)
class OrderDefaults:
    """What choosing a company fills into an order; in clear, for the form's own use."""

    customer_id: int
    settlement_method: str
    follow_up_class: str
    language: str
    notes: str
    company: str
    contact_name: str
    phone: str
    city: str
    address: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def with_defaults(customers: CustomerQuerySet) -> CustomerQuerySet:
    """With agent, contacts in use and places in use at hand: three queries, however many rows."""
    return customers.select_related("agent", "director").prefetch_related(
        Prefetch("contacts", Contact.objects.filter(active=True)),
        Prefetch("sites", CustomerSite.objects.filter(active=True)),
    )


def default_site(customer: Customer) -> CustomerSite | None:
    """The usual pickup place, or the first one in use that goods are picked up from."""
    sites = [s for s in customer.sites.all() if s.active and s.use != SiteUse.DELIVERY]
    return min(sites, key=lambda s: (not s.is_default, s.pk), default=None)


def default_contact(customer: Customer) -> Contact | None:
    contacts = [c for c in customer.contacts.all() if c.active]
    return min(contacts, key=lambda c: (not c.default_pickup, c.pk), default=None)


def order_defaults(customer: Customer) -> OrderDefaults:
    """What an order of this customer begins with, in clear; for forms and services only.

    A person who sees it is on record: doors call ``services.fill_order`` instead.
    """
    site = default_site(customer)
    contact = None if site else default_contact(customer)
    at_door = site or contact
    return OrderDefaults(
        customer_id=customer.pk,
        settlement_method=customer.settlement_method,
        follow_up_class=customer.follow_up_default,
        language=customer.language,
        notes=customer.notes,
        company=(site.company if site else "") or customer.name,
        contact_name=site.contact_name if site else contact.name if contact else "",
        phone=at_door.phone if at_door else "",
        city=site.city if site else "",
        address=site.address if site else "",
    )


def lookup(text: str, *, user: User, at: datetime, limit: int = 10) -> list[dict[str, Any]]:
    """What the order form shows while one types: personal data masked, blockers said at once."""
    visible = Customer.objects.visible_to(user).with_papers(at)
    return [_hint(customer, at) for customer in with_defaults(matching(visible, text))[:limit]]


def _hint(customer: Customer, at: datetime) -> dict[str, Any]:
    site, contact, owner = (
        default_site(customer),
        default_contact(customer),
        order_owner(customer, at),
    )
    status = CustomerStatus(customer.status)
    at_door = site or contact
    return {
        "id": customer.pk,
        "code": customer.code,
        "name": customer.name,
        "short_name": customer.short_name,
        "status": {"value": status.value, "label": str(status.label), "colour": status.colour},
        "owner": {"id": owner.pk, "name": str(owner)} if owner else None,
        "masked_phone": at_door.masked_phone if at_door else "",
        "settlement_method": customer.settlement_method,
        "settlement_label": customer.get_settlement_method_display(),
        "follow_up_class": customer.follow_up_default,
        "key_account": customer.key_account,
        "notes": customer.notes,
        "site": {
            "id": site.pk,
            "label": site.label,
            "city": site.city,
            "masked_address": site.masked_address,
            "contact": mask_name(site.contact_name),
        }
        if site
        else None,
        "contact": {"id": contact.pk, "name": mask_name(contact.name)} if contact else None,
        "blockers": [
            {"code": blocker.code, "message": blocker.message, "rule": blocker.rule}
            for blocker in blockers_from(customer, customer.papers(at), at)
        ],
    }
