"""How the pages of this floor say times and steps."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.addresses import address_of
from apps.sla.enums import IntervalKind, Metric, TellBy
from apps.sla.kinds import words_of
from apps.sla.models import Clock
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
def why_address(subject: Model) -> str:
    """The page that explains the due time of an order, a task, a form …; no query."""
    return address_of("admin:sla_clock_of", *subject._meta.label_lower.split("."), subject.pk)


@register.simple_tag
def why(subject: Model) -> SafeString:
    """The link that stands beside the due time of a thing."""
    return _question(why_address(subject))


@register.simple_tag
def why_clock(clock: Clock) -> SafeString:
    """The same for a clock that is at hand."""
    return _question(address_of("admin:sla_clock_change", clock.pk))


def _question(address: str) -> SafeString:
    words = _("Explain this due time")
    return format_html(
        '<a class="clock-why" href="{}" title="{}" aria-label="{}">?</a>', address, words, words
    )


@register.filter
def named(names: Mapping[int, str], user_id: int) -> str:
    return names.get(user_id, str(user_id))


@register.filter
def worded(step: StepRule) -> str:
    """The step's name in the language of the page."""
    return in_language(step.name, step.english_name)


@register.filter
def matter_class(code: str) -> str:
    return words_of("classes", code)


@register.filter
def matter_severity(code: str) -> str:
    return words_of("severities", code)


@register.filter
def matter_channel(code: str) -> str:
    return words_of("channels", code)


@register.filter
def metric_label(code: str) -> str:
    return _label(Metric, code)


@register.filter
def interval_kind(code: str) -> str:
    return _label(IntervalKind, code)


@register.filter
def tell_by(code: str) -> str:
    return _label(TellBy, code)


def _label(choices: Any, code: str) -> str:
    """The word for a code; one that a floor above brought shows as it is."""
    return str(choices(code).label) if code in choices.values else code
