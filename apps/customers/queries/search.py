"""The company look-up of ORD-4: code, names, pinyin, initials, phone."""

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Length

from apps.accounts.models import User
from apps.core.crypto import blind_index
from apps.core.name_index import as_name
from apps.core.phones import phone_key, search_key
from apps.core.typed import tidy_typed
from apps.customers.models import (
    Contact,
    Customer,
    CustomerQuerySet,
    CustomerSite,
)
from apps.customers.names import tidy

# One purpose for every phone a customer's people are found by; likewise for e-mail.
PHONE, EMAIL = "customers.phone", "customers.email"
MOST_WORDS = 6
LONGEST_QUERY = 80


def find_customers(text: str, *, user: User, limit: int = 10) -> list[Customer]:
    """The customers ``user`` may see that ``text`` means, best first; one query.

    Found by code, Chinese, short or English name, pinyin, pinyin initials, phone and name of a contact. A code or
    initials that begin with the text come before a name that contains it (ORD-4).
    """
    return list(matching(Customer.objects.visible_to(user), text)[:limit])


def matching(customers: CustomerQuerySet, text: str) -> CustomerQuerySet:
    """``customers`` that ``text`` finds, ranked; none for an empty text."""
    plain = tidy_typed(text, LONGEST_QUERY)
    typed = tidy(plain)
    if not typed:
        return customers.none()
    found = Q()
    for word in typed.split(" ")[:MOST_WORDS]:
        found &= Q(search_text__contains=word)
    phone = _phone_index(typed)
    if phone:
        mine = {"customer": OuterRef("pk"), "phone_index": phone, "active": True}
        found |= Exists(Contact.objects.filter(**mine)) | Exists(
            CustomerSite.objects.filter(**mine)
        )
    if person := as_name(plain):
        here = {"customer": OuterRef("pk"), "active": True}
        found |= Exists(Contact.objects.filter(name__icontains=person, **here)) | Exists(
            CustomerSite.objects.filter(contact_name__icontains=person, **here)
        )
    return (
        customers.filter(found)
        .annotate(rank=_rank(typed), name_length=Length("name"))
        .order_by("rank", "name_length", "code")
    )


def _phone_index(typed: str) -> str:
    return phone_index(search_key(typed) or "")


def phone_index(phone: str) -> str:
    """The blind index under which the phone of a contact or a place is found."""
    return blind_index(phone_key(phone), PHONE)


def _rank(typed: str) -> Case:
    """Exact code, code prefix, initials prefix, name prefix, prefix of another key, the rest."""
    tests = [
        Q(code=typed.upper()),
        Q(code__startswith=typed.upper()),
        Q(pinyin_initials__startswith=typed),
        Q(name__istartswith=typed) | Q(short_name__istartswith=typed),
        Q(search_text__contains="\n" + typed),
    ]
    whens = [When(test, then=Value(place)) for place, test in enumerate(tests)]
    return Case(*whens, default=Value(len(tests)), output_field=IntegerField())
