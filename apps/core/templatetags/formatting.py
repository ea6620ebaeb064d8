"""Tags and filters of all templates: one way to show a time, a sum, a tag."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from apps.core import masking, money, times
from apps.core.choices import colour_of
from apps.core.phones import shown_phone

register = template.Library()


@register.filter
def human(moment: datetime | None) -> str:
    return times.human(moment)


@register.filter
def local(moment: datetime | None) -> str:
    return times.local(moment) if moment else "—"


@register.filter
def span(took: timedelta | None) -> str:
    return times.span(took) or "—"


@register.filter
def yuan(amount: Decimal | None) -> str:
    return "—" if amount is None else money.format_money(amount)


@register.filter
def tag(value: Any) -> SafeString:
    """A choice as a coloured tag with its word."""
    return drawn_tag(getattr(value, "colour", "grey"), getattr(value, "label", value))


@register.simple_tag
def status_tag(row: Any, field: str = "status") -> SafeString:
    """The row's choice as a coloured tag, whatever kind of row it is."""
    chosen = row._meta.get_field(field)
    return _choice_tag(chosen, getattr(row, field), get_language() or "")


@lru_cache(maxsize=4096)
def _choice_tag(field: Any, value: Any, _language: str) -> SafeString:
    """Drawn once for each choice and language: a list shows the same few over and over."""
    label = dict(field.flatchoices).get(value, value)
    return drawn_tag(colour_of(field.choices, value), label)


def status_word(row: Any, field: str) -> str:
    """The word alone; Django's own display hashes all choices of the field for each row."""
    return _choice_word(row._meta.get_field(field), getattr(row, field), get_language() or "")


@lru_cache(maxsize=4096)
def _choice_word(field: Any, value: Any, _language: str) -> str:
    return str(dict(field.flatchoices).get(value, value))


def drawn_tag(colour: str, label: Any) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', colour, label)


@register.simple_tag
def countdown(due: datetime | None, warn: int = 7200) -> SafeString:
    """A due time that staff.js counts down, amber for the last ``warn`` seconds; without the script
    the time in words."""
    if due is None:
        return format_html('<span class="clock">{}</span>', gettext("no limit"))
    over = due < times.now()
    return format_html(
        '<time class="clock{}" datetime="{}" data-due="{}" data-warn="{}" data-left="{}"'
        ' data-over="⚠ {}">{}</time>',
        " clock-over" if over else "",
        due.isoformat(),
        due.isoformat(),
        warn,
        gettext("%s left"),
        gettext("%s overdue"),
        times.human(due),
    )


@register.simple_tag
def task_name(task: Any) -> str:
    """A follow-up step in the language of the page."""
    english = (get_language() or "").startswith("en")
    return str(task.template.english_name if english else task.template.name)


@register.filter
def kilograms(grams: int) -> str:
    return f"{grams / 1000:g}"


@register.filter
def masked_text(text: str) -> str:
    return masking.mask_text(text or "")


@register.filter
def masked_about(text: str, name: str) -> str:
    """Masked, and without the person who is known to speak or to be spoken of."""
    return masking.mask_text(text or "", masking.Known.people([name] if name else []))


@register.filter
def phone(stored: str) -> str:
    """In clear, as people read and dial it."""
    return shown_phone(stored or "")


@register.filter
def masked_phone(phone: str) -> str:
    return masking.mask_phone(phone or "")


@register.filter
def masked_name(name: str) -> str:
    return masking.mask_name(name or "")
