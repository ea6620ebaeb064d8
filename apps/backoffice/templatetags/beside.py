"""What apps of upper floors have to show on the page of a record (``backoffice.navigation.RecordPart``)."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.backoffice.navigation import record_parts

register = template.Library()


@register.simple_tag(takes_context=True)
def beside(context: template.Context, record: Any) -> SafeString:
    """Closed, each is a line; it is read when it is opened, and without script its link leads there."""
    label, user = record._meta.label_lower, context["request"].user
    parts = (one for one in record_parts() if one.model == label and user.has_perm(one.permission))
    return format_html_join(
        "",
        "{}",
        ((_part(one.label, reverse(one.address, args=[label, record.pk])),) for one in parts),
    )


def _part(label: Any, address: str) -> SafeString:
    return format_html(
        '<details class="cs-record beside"><summary>{}</summary><p hx-get="{}" hx-trigger="toggle once from:closest details"'
        ' hx-select=".page > section" hx-swap="outerHTML ignoreTitle:true"><a href="{}">{}</a></p></details>',
        label, address, address, _("Open"),
    )  # fmt: skip
