"""What apps of the floors above add to cases: each announces a ``CaseExtension`` as ``CASE_EXTENSION`` of its module
``case_extension``, and cases ask all of them where they are opened and shown.

What must keep a case from ending is no part of this: it is a hold (``services.hold_case``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.backoffice.acts import Act
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.core.discovery import modules_named


@dataclass(frozen=True, slots=True)
class Addition:
    """What an app has to store with a case that is being opened: ``save`` is called once its row is there, in the
    same transaction. ``dues`` are due times that come with it (a clock's metric → when), ``words`` those by which
    the case is found besides."""

    save: Callable[[Case, User, datetime], None]
    dues: Mapping[str, datetime] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A card beside the conversation: ``template`` is shown with ``values`` as ``section``."""

    template: str
    values: Any


class CaseExtension:
    """A subclass says what its app adds; what it leaves out is nothing. ``name`` is the key of its values in
    ``NewCase.extras``. ``acts`` stand on the page of a case, each in the group that ``groups`` names."""

    name = ""
    acts: Sequence[Act] = ()
    groups: Mapping[str, tuple[str, ...]] = {}

    def intake_fields(self) -> dict[str, forms.Field]:
        """Further fields of the form by which a case is taken down."""
        return {}

    def check_intake(self, form: forms.Form, values: Mapping[str, Any]) -> None:
        """Put what is wrong with those fields on the form."""

    def intake_values(self, values: Mapping[str, Any]) -> Any:
        """What of the form's values goes into ``NewCase.extras``; None for nothing."""
        return None

    def addition(self, new: NewCase, at: datetime) -> Addition | None:
        """What is stored with a case that was received at ``at``. BadInput naming the field refuses the case."""
        return None

    def section(self, case: Case, user: User) -> Section | None:
        """Its card on the page of this case, for whoever may see it."""
        return None


@lru_cache(maxsize=1)
def case_extensions() -> tuple[CaseExtension, ...]:
    """Those of all apps, from the lowest floor up."""
    return tuple(module.CASE_EXTENSION for _config, module in modules_named("case_extension"))


def extension_acts() -> Iterable[Act]:
    return (act for extension in case_extensions() for act in extension.acts)


def acts_in_group(group: str) -> tuple[str, ...]:
    """Names of the acts that extensions add to a group of the page."""
    return tuple(name for one in case_extensions() for name in one.groups.get(group, ()))


def additions_to(new: NewCase, at: datetime) -> list[Addition]:
    found = (extension.addition(new, at) for extension in case_extensions())
    return [addition for addition in found if addition is not None]


def sections_of(case: Case, user: User) -> list[Section]:
    found = (extension.section(case, user) for extension in case_extensions())
    return [section for section in found if section is not None]
