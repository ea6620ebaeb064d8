"""The lines of a timeline: there are many of them, on every page of a record."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.times import human

register = template.Library()


@register.simple_tag
def timeline_lines(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """``rows`` as ``backoffice.staff_admin.timeline_rows`` gives them."""
    return format_html_join("", "{}", ((_line(row),) for row in rows))


def _line(row: Mapping[str, Any]) -> SafeString:
    details = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", row["details"])
    return format_html(
        '<li><time datetime="{}">{}</time> <strong>{}</strong> <span class="who">{}</span>{}</li>',
        row["at"].isoformat(),
        human(row["at"]),
        row["what"],
        row["by"],
        format_html("<dl>{}</dl>", details) if details else "",
    )
