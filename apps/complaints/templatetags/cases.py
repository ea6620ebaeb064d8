"""Template words of cases: a clock, a choice with its colour, a field with its key."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from apps.complaints.queries.clock_lines import ClockLine
from apps.core.addresses import address_of
from apps.core.times import local, relative

register = template.Library()


@register.simple_tag
def case_clock(line: ClockLine, at: datetime) -> SafeString:
    """A clock as words, sign and colour; one that runs is counted down by staff.js: amber from
    its first warning step, red once it is over."""
    clock = line.clock
    if line.is_open and line.is_paused:
        return format_html('<span class="clock">⏸ {}</span>', gettext("paused"))
    if line.is_open and clock.due_at is not None:
        left = (clock.due_at - at).total_seconds()
        state = " clock-over" if left < 0 else " clock-soon" if left < line.warn else ""
        due, when, left_words = clock.due_at.isoformat(), local(clock.due_at), gettext("%s left")
        return mark_safe(  # times and words of ours
            f'<time class="clock{state}" datetime="{due}" data-due="{due}" data-warn="{line.warn}"'
            f' data-left="◔ {left_words}" data-soon="◕ {left_words}"'
            f' data-over="⚠ {gettext("%s overdue")}" title="{when}">'
            f"{when} · {relative(clock.due_at)}</time>"
        )
    if clock.met_at is not None:
        sign = "⚠" if line.was_missed else "✓"
        return format_html(
            '<span class="clock{}">{} {}</span>',
            " clock-over" if line.was_missed else "",
            sign,
            gettext("too late, %(time)s") % {"time": local(clock.met_at)}
            if line.was_missed
            else local(clock.met_at),
        )
    return format_html('<span class="clock">{}</span>', gettext("no due time"))


@register.simple_tag
def explain_address(line: ClockLine) -> str:
    """Where the clock floor explains a due time."""
    return address_of("admin:sla_clock_change", line.clock.pk)


@register.filter
def clear_text(texts: dict[int, str] | None, line: Any) -> str:
    """An entry's words in clear where they were revealed, else masked."""
    return str((texts or {}).get(line.pk, line.text))


@register.filter
def field_of(form: Any, name: str) -> Any:
    return form[name] if name in form.fields else None
