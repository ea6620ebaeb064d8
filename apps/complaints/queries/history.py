"""What is known of whoever is on the line: earlier cases, and whether this one is there already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from apps.complaints.enums import CaseState, DuplicateReason
from apps.complaints.models import Case, CaseQuerySet
from apps.complaints.queries.cases import LISTED
from apps.complaints.queries.searching import index_of_phone
from apps.complaints.rules.contacts import email_index
from apps.customers.grams import grams, likeness, searchable

if TYPE_CHECKING:
    from apps.accounts.models import User

# Somebody who calls again about what was closed last month means the same matter.
SAME_WITHIN = timedelta(days=30)
ALIKE = 0.5
MOST_COMPARED = 50
# What is said of an earlier case, and what is compared.
BROUGHT = (
    *("number", "case_class", "state", "title", "created_at", "satisfied_score"),
    *("owner__display_name", "owner__username", "owner__kind"),
)
COMPARED = (
    *("pk", "waybill_id", "customer_id", "contact_phone_index", "contact_email_index"),
    "search_grams",
)
_WEIGHT = {
    DuplicateReason.WAYBILL: 4,
    DuplicateReason.PHONE: 3,
    DuplicateReason.EMAIL: 3,
    DuplicateReason.WORDS: 1,
}


def history_of(
    user: "User", *, customer_id: int | None = None, phone: str = "", email: str = ""
) -> CaseQuerySet:
    """Earlier cases of a customer, a phone or an address that ``user`` may see, newest first;
    none when nothing is given. ``phone`` as typed. Cut it as a list."""
    same = _contact(phone, email)
    if customer_id is not None:
        same |= Q(customer=customer_id)
    found = Case.objects.visible_to(user).filter(same).select_related("owner")
    return found.only(*BROUGHT).order_by("-pk")


def open_cases_of_waybill(user: "User", waybill_id: int) -> CaseQuerySet:
    return _listed(Case.objects.visible_to(user).filter(waybill=waybill_id).live())


def _listed(cases: CaseQuerySet) -> CaseQuerySet:
    """As a list shows them."""
    related = ("customer", "waybill", "owner", "unit", "merged_into")
    return cases.select_related(*related).only(*LISTED).order_by("-pk")


def _contact(phone: str, email: str) -> Q:
    same = Q(pk__in=[])
    if index := index_of_phone(phone):  # none while half a number is typed
        same |= Q(contact_phone_index=index)
    if email.strip():
        same |= Q(contact_email_index=email_index(email))
    return same


@dataclass(frozen=True, slots=True)
class Duplicate:
    case: Case
    reasons: tuple[DuplicateReason, ...]

    @property
    def weight(self) -> int:
        return sum(_WEIGHT[reason] for reason in self.reasons)


def possible_duplicates(
    user: "User",
    *,
    at: datetime,
    waybill_id: int | None = None,
    customer_id: int | None = None,
    phone: str = "",
    email: str = "",
    text: str = "",
    apart_from: int | None = None,
    limit: int = 5,
) -> list[Duplicate]:
    """Cases that may be the same matter, the likeliest first: live ones and those closed within
    30 days that share the waybill, the phone or the e-mail, or the customer with similar words
    (CMP-1: nobody asks the customer twice). One query, and one for those that are; at most 50 cases
    are compared."""
    same = _contact(phone, email)
    if waybill_id is not None:
        same |= Q(waybill=waybill_id)
    if customer_id is not None:
        same |= Q(customer=customer_id)
    recent = ~Q(state__in=[CaseState.MERGED, CaseState.CANCELLED]) & (
        Q(closed_at__isnull=True) | Q(closed_at__gte=at - SAME_WITHIN)
    )
    found = Case.objects.visible_to(user).filter(same, recent).exclude(pk=apart_from or 0)
    rows = found.order_by("-pk").values_list(*COMPARED, named=True)[:MOST_COMPARED]
    indexes = (index_of_phone(phone), email_index(email))
    words = set(grams(searchable(text)))
    alike = {row.pk: tuple(_reasons(row, waybill_id, customer_id, indexes, words)) for row in rows}
    chosen = {pk: reasons for pk, reasons in alike.items() if reasons}
    if not chosen:
        return []
    cases = [
        Duplicate(case, chosen[case.pk]) for case in _listed(Case.objects.filter(pk__in=chosen))
    ]
    return sorted(cases, key=lambda one: (-one.weight, -one.case.pk))[:limit]


def _reasons(
    case: Any,  # a row of COMPARED
    waybill_id: int | None,
    customer_id: int | None,
    indexes: tuple[str, str],
    words: set[str],
) -> Iterable[DuplicateReason]:
    phone, email = indexes
    if waybill_id is not None and case.waybill_id == waybill_id:
        yield DuplicateReason.WAYBILL
    if phone and case.contact_phone_index == phone:
        yield DuplicateReason.PHONE
    if email and case.contact_email_index == email:
        yield DuplicateReason.EMAIL
    same_customer = customer_id is not None and case.customer_id == customer_id
    if same_customer and likeness(words, set(case.search_grams)) >= ALIKE:
        yield DuplicateReason.WORDS
