"""What has to be approved: each app declares its kinds as ``APPROVALS`` in its ``approvals.py``.

The engine (``services.approvals``) knows no kind. The user model of the project says who somebody is
(``person_key``: the staff number; several sign-in names of one person have the same) and what they
may decide as (``current_roles``: pairs of role and unit).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.backoffice.rules.approvals import Round
from apps.core.discovery import modules_named


def _by_nobody_else(_subject: Any) -> Iterable[Any]:
    return ()


@dataclass(frozen=True)
class Policy:
    """How one kind of thing is approved. ``rounds`` and ``content`` are computed from the subject;
    of the content, plain values by name, a field's name is shown as the field is called."""

    kind: str  # "customers.handover"
    label: Any
    model: str  # "customers.HandoverForm"
    rounds: Callable[[Any], Sequence[Round]]
    content: Callable[[Any], Mapping[str, Any]]
    # What a seat is called: choices (codes with labels).
    seats: Any
    # Which subjects this person may see: others are neither listed for them nor counted. None: those that
    # the model's own ``visible_to`` gives.
    visible_to: Callable[[Any], "QuerySet[Any]"] | None = None
    # Who made it, besides whoever asks: they do not approve either.
    makers: Callable[[Any], Iterable[Any]] = _by_nobody_else
    # A code of the second factor, given at most so long ago; None: none is asked for.
    second_factor_within: timedelta | None = None
    # Label and text of each part of the content, where the fields' own words do not do.
    words: Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None = None
    rule: str = ""  # the requirement behind it: "ORD-3"
    # For whom somebody stands in at an instant: role → the person who is away. None: everybody decides by
    # roles of their own only, as with money.
    stand_ins: Callable[[Any, datetime], Mapping[str, Any]] | None = None

    def seat_label(self, code: str) -> str:
        return str(self.seats(code).label) if code in self.seats.values else code

    def stands_in(self, user: Any, at: datetime) -> Mapping[str, Any]:
        return self.stand_ins(user, at) if self.stand_ins is not None else {}

    def seen_by(self, user: Any) -> "QuerySet[Any]":
        if self.visible_to is not None:
            return self.visible_to(user)
        found: QuerySet[Any] = apps.get_model(self.model).objects.visible_to(user)
        return found

    def in_words(self, content: Mapping[str, Any]) -> list[tuple[str, str]]:
        if self.words is not None:
            return self.words(content)
        model = apps.get_model(self.model)
        # Canonical JSON is sorted by name; people read it in the order of the fields.
        names = [field.name for field in model._meta.get_fields() if field.name in content]
        return [(_label(model, name), _text(model, name, content[name])) for name in names]

    def address(self, subject_id: str) -> str:
        model = apps.get_model(self.model)._meta
        return reverse(f"admin:{model.app_label}_{model.model_name}_change", args=[subject_id])


@lru_cache(maxsize=1)
def policies() -> dict[str, Policy]:
    """Of every app, by kind."""
    found: dict[str, Policy] = {}
    for _config, module in modules_named("approvals"):
        for policy in module.APPROVALS:
            if policy.kind in found:
                raise ValueError(f"two policies are called {policy.kind!r}")
            found[policy.kind] = policy
    return found


def policy_of(kind: str) -> Policy:
    return policies()[kind]


def person_of(user: Any) -> str:
    """Who this is, whatever the sign-in name; "" while no staff number is on file."""
    return str(user.person_key)


def roles_of(user: Any) -> frozenset[str]:
    return frozenset(str(role) for role, _unit in user.current_roles)


def holders_of(roles: Iterable[str], *, but: Iterable[str], most: int = 6) -> list[Any]:
    """Active people who hold one of ``roles`` and are none of the persons ``but``."""
    people = get_user_model().objects.active().people().with_role(*roles)
    without = set(but)
    found = [user for user in people.order_by("display_name") if person_of(user) not in without]
    return found[:most]


def _label(model: type[Model], name: str) -> str:
    return str(capfirst(str(model._meta.get_field(name).verbose_name)))  # type: ignore[union-attr]  # plain fields


def _text(model: type[Model], name: str, value: Any) -> str:
    field: Any = model._meta.get_field(name)
    choices = dict(getattr(getattr(field, "base_field", field), "flatchoices", None) or [])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    return "" if value is None else str(choices.get(value, value))
