"""How the pages of this floor say times and steps."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from apps.sla.enums import IntervalKind, MatterClass, MatterSeverity, TellBy
from apps.sla.models.calendar import in_language
from apps.sla.rules import StepRule

register = template.Library()


@register.filter
def working(seconds: int | None) -> str:
    """``4 h``, ``1 d 2 h 30 min``, ``45 s``: working time to the second; a day is 24 hours of it."""
    if seconds is None:
        return "—"
    parts = []
    rest = abs(seconds)
    for size, unit in ((86_400, _("d")), (3600, _("h")), (60, _("min")), (1, _("s"))):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or f"0 {_('s')}"


@register.filter
def named(names: Mapping[int, str], user_id: int) -> str:
    return names.get(user_id, str(user_id))


@register.filter
def worded(step: StepRule) -> str:
    """The step's name in the language of the page."""
    return in_language(step.name, step.english_name)


@register.filter
def matter_class(code: str) -> str:
    return _label(MatterClass, code)


@register.filter
def matter_severity(code: str) -> str:
    return _label(MatterSeverity, code)


@register.filter
def interval_kind(code: str) -> str:
    return _label(IntervalKind, code)


@register.filter
def tell_by(code: str) -> str:
    return _label(TellBy, code)


def _label(choices: Any, code: str) -> str:
    """The word for a code; one that a floor above brought shows as it is."""
    return str(choices(code).label) if code in choices.values else code
