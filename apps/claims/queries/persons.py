"""Whom several sign-in names belong to: limits and second looks count persons, not names (CMP-6)."""

from collections.abc import Iterable

from apps.accounts.enums import UserKind
from apps.accounts.models import User


def names_of(user: User) -> list[int]:
    """The keys of all sign-in names of this person; without a staff number on file the name stands alone."""
    return sorted(names_by_person([user.pk])[user.pk])


def names_by_person(ids: Iterable[int]) -> dict[int, set[int]]:
    """For each of these keys those of the same person, itself among them. One query."""
    wanted = set(ids)
    people = User.objects.filter(kind=UserKind.PERSON).exclude(staff_number="")
    numbers = people.filter(pk__in=wanted).values("staff_number")
    rows = people.filter(staff_number__in=numbers).values_list("pk", "staff_number")
    number_of = dict(rows)
    by_number: dict[str, set[int]] = {}
    for pk, number in number_of.items():
        by_number.setdefault(number, set()).add(pk)
    return {pk: by_number.get(number_of.get(pk, ""), set()) | {pk} for pk in wanted}
