"""Finding cases by what somebody types or knows of them. Every way is an index of its own."""

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.complaints.models import CaseQuerySet
from apps.complaints.rules.contacts import NAME, email_index, name_index, phone_index
from apps.core.name_index import as_name, asked_parts
from apps.core.phones import search_key
from apps.core.typed import several, tidy_typed, typed_number
from apps.customers.grams import query_of
from apps.customers.models import Customer
from apps.customers.queries import matching as matching_customers
from apps.orders.models import WorkOrderWaybill
from apps.tracking.models import Waybill
from apps.tracking.queries.waybill import matching as matching_waybills

if TYPE_CHECKING:
    from apps.accounts.models import User

EMAIL_LIKE = re.compile(r"^[^\s@]+@[^\s@]+$")
# A waybill number, a partner's number or a customer's reference: no Chinese, some digits.
REFERENCE_LIKE = re.compile(r"^(?=.*\d)[A-Za-z0-9][A-Za-z0-9 _./-]{4,63}$")
MOST_CUSTOMERS, MOST_WAYBILLS = 50, 50


def cases_found(cases: CaseQuerySet, text: str, *, user: "User") -> CaseQuerySet:
    """``cases`` by number, waybill or order number, customer, (part of) the contact's name, phone,
    e-mail or words of what was said (masked). All of ``cases`` for an empty text.

    Customers and waybills count only as far as ``user`` may see them.
    """
    typed = tidy_typed(text)
    if not typed:
        return cases.none() if text.strip() else cases
    found = Q(pk__in=[])
    for one in several(text) or [typed]:
        found |= _meant(one, user)
    return cases.filter(found)


def _meant(typed: str, user: "User") -> Q:
    if number := typed_number("CS", typed):
        return Q(number__startswith=number)
    if number := typed_number("WO", typed):
        return _of_order(number)
    found = _of_person(typed) | _of_reference(typed, user) | _of_words(typed)
    customers = matching_customers(Customer.objects.visible_to(user), typed)
    ids = list(customers.values_list("pk", flat=True)[:MOST_CUSTOMERS])
    return found | Q(customer_id__in=ids) if ids else found


def _of_order(number: str) -> Q:
    links = WorkOrderWaybill.objects.filter(work_order__number=number).values_list("waybill_id")
    return Q(order__number__startswith=number) | Q(waybill_id__in=[pk for (pk,) in links[:200]])


def _of_person(typed: str) -> Q:
    found = Q(contact_name_index=name_index(typed))
    if parts := asked_parts(typed, NAME):
        found |= Q(name_parts__contains=parts)
    if EMAIL_LIKE.match(typed):
        found |= Q(contact_email_index=email_index(typed))
    phone = index_of_phone(typed)
    if phone:
        found |= Q(contact_phone_index=phone)
    return found


def index_of_phone(typed: str) -> str:
    """The index of what somebody types; empty while it cannot be a phone."""
    return phone_index(search_key(typed) or "")


def _of_reference(typed: str, user: "User") -> Q:
    if not (REFERENCE_LIKE.match(typed) or search_key(typed) or as_name(typed)):
        return Q(pk__in=[])
    waybills = Waybill.objects.visible_to(user).filter(matching_waybills(typed))
    ids = list(waybills.values_list("pk", flat=True)[:MOST_WAYBILLS])
    return Q(waybill_id__in=ids) if ids else Q(pk__in=[])


def _of_words(typed: str) -> Q:
    grams, words = query_of(typed)
    if not grams:
        return Q(pk__in=[])
    found = Q(search_grams__contains=grams)
    for word in words:
        found &= Q(search_text__contains=word)
    return found
