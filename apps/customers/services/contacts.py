"""People and places of a customer, and the only ways their personal data is shown in clear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import set_values
from apps.core.phones import normalise_phone
from apps.customers.enums import FormerKind
from apps.customers.models import Contact, Customer, CustomerSite, FormerAddress
from apps.customers.queries import EMAIL, OrderDefaults, order_defaults
from apps.customers.queries.search import phone_index
from apps.customers.services.rows import checked, checked_reason, locked
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

# In the order in which the forms ask for them.
CONTACT_FIELDS = (
    "name",
    "role",
    "phone",
    "email",
    "preferred_channel",
    "language",
    "default_pickup",
)
SITE_FIELDS = (
    "label",
    "use",
    "company",
    "city",
    "address",
    "contact_name",
    "phone",
    "is_default",
    "opening_hours",
    "notes",
)


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal data in clear, for the one who gave a reason."""

    name: str
    phone: str
    email: str = ""
    address: str = ""


@transaction.atomic
def add_contact(
    customer: Customer, values: Mapping[str, Any], *, by: "User", at: datetime
) -> Contact:
    row = locked(customer)
    contact = Contact(customer=row, created_by=by)
    _write_contact(contact, values, at)
    data = {"contact": contact.pk, "role": contact.role}
    record("customer.contact_added", row, by=by, at=at, data=data)
    return contact


@transaction.atomic
def change_contact(
    contact: Contact, values: Mapping[str, Any], *, by: "User", at: datetime
) -> Contact:
    customer = locked(contact.customer)
    row = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    before = {FormerKind.PHONE: row.phone, FormerKind.EMAIL: row.email}
    changed = _write_contact(row, values, at)
    _store_former(row, before, by=by, at=at)
    if changed:
        data = {"contact": row.pk, "changed": ", ".join(changed)}
        record("customer.contact_changed", customer, by=by, at=at, data=data)
    return row


@transaction.atomic
def retire_contact(contact: Contact, *, by: "User", at: datetime) -> None:
    """Out of use, kept for the orders that name it."""
    customer = locked(contact.customer)
    if not Contact.objects.filter(pk=contact.pk, active=True).update(active=False):
        raise RuleBroken(_("This contact is out of use already."), code="retired_already")
    record("customer.contact_retired", customer, by=by, at=at, data={"contact": contact.pk})


@transaction.atomic
def add_site(
    customer: Customer, values: Mapping[str, Any], *, by: "User", at: datetime
) -> CustomerSite:
    row = locked(customer)
    site = CustomerSite(customer=row, created_by=by)
    _write_site(site, values)
    record("customer.site_added", row, by=by, at=at, data={"place": site.label})
    return site


@transaction.atomic
def change_site(
    site: CustomerSite, values: Mapping[str, Any], *, by: "User", at: datetime
) -> CustomerSite:
    customer = locked(site.customer)
    row = CustomerSite.objects.select_for_update(of=("self",)).get(pk=site.pk)
    changed = _write_site(row, values)
    if changed:
        data = {"place": row.label, "changed": ", ".join(changed)}
        record("customer.site_changed", customer, by=by, at=at, data=data)
    return row


@transaction.atomic
def retire_site(site: CustomerSite, *, by: "User", at: datetime) -> None:
    customer = locked(site.customer)
    if not CustomerSite.objects.filter(pk=site.pk, active=True).update(active=False):
        raise RuleBroken(_("This place is out of use already."), code="retired_already")
    record("customer.site_retired", customer, by=by, at=at, data={"place": site.label})


@transaction.atomic
def reveal_contact(contact: Contact, *, reason: str, by: "User", at: datetime) -> Revealed:
    """Show a contact's phone and e-mail to who says why; the reason is on record."""
    data = {"contact": contact.pk, "reason": checked_reason(reason)}
    record("customer.contact_revealed", contact.customer, by=by, at=at, data=data)
    return Revealed(name=contact.name, phone=contact.phone, email=contact.email)


@transaction.atomic
def reveal_site(site: CustomerSite, *, reason: str, by: "User", at: datetime) -> Revealed:
    data = {"place": site.label, "reason": checked_reason(reason)}
    record("customer.site_revealed", site.customer, by=by, at=at, data=data)
    return Revealed(name=site.contact_name, phone=site.phone, address=site.address)


@transaction.atomic
def fill_order(customer: Customer, *, by: "User", at: datetime) -> OrderDefaults:
    """What choosing the company fills into a new order; taking an order is the reason on record."""
    record("customer.order_filled", customer, by=by, at=at)
    return order_defaults(customer)


def _write_contact(contact: Contact, values: Mapping[str, Any], at: datetime) -> list[str]:
    clean = dict(values)
    if "phone" in clean:
        clean["phone"] = normalise_phone(clean["phone"])
        found = phone_index(clean["phone"])
        if found != contact.phone_index:
            contact.phone_index, contact.phone_since = found, at
    if "email" in clean:
        clean["email"] = clean["email"].strip().lower()
        contact.email_index = blind_index(clean["email"], EMAIL)
    changed = set_values(contact, clean, CONTACT_FIELDS)
    if contact.default_pickup:
        # The new usual contact takes the place of the old one.
        usual = Contact.objects.filter(customer=contact.customer_id, default_pickup=True)
        usual.exclude(pk=contact.pk).update(default_pickup=False)
    checked(contact)
    return changed


def _store_former(
    contact: Contact, before: Mapping[FormerKind, str], *, by: "User", at: datetime
) -> None:
    now = {FormerKind.PHONE: contact.phone, FormerKind.EMAIL: contact.email}
    FormerAddress.objects.bulk_create(
        FormerAddress(contact=contact, kind=kind, address=address, until=at, changed_by_id=by.pk)
        for kind, address in before.items()
        if address and address != now[kind]
    )


def _write_site(site: CustomerSite, values: Mapping[str, Any]) -> list[str]:
    clean = dict(values)
    if "phone" in clean:
        clean["phone"] = normalise_phone(clean["phone"])
        site.phone_index = phone_index(clean["phone"])
    changed = set_values(site, clean, SITE_FIELDS)
    if not site.address.strip():
        raise BadInput(_("The address is missing."), code="address_missing", field="address")
    if site.is_default:
        usual = CustomerSite.objects.filter(customer=site.customer_id, is_default=True)
        usual.exclude(pk=site.pk).update(is_default=False)
    checked(site)
    return changed
