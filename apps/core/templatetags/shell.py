"""What the frame of the staff pages says about the page it stands around."""

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
STEP = mark_safe('<i class="icon" aria-hidden="true">chevron_right</i>')


@register.simple_tag(takes_context=True)
def trail(context: template.Context) -> SafeString:
    """The heading: floor, list and row, each a link; a page without a model shows its title."""
    opts, row = context.get("opts"), context.get("original") or context.get("object")
    if isinstance(row, Model):
        opts = opts or row._meta
    else:
        row = None
    if opts is None:
        return _title(context.get("title"))
    app, name = opts.app_label, f"admin:{opts.app_label}_{opts.model_name}"
    steps = [
        _step(reverse("admin:app_list", args=[app]), opts.app_config.verbose_name),
        _step(reverse(f"{name}_changelist"), opts.verbose_name_plural),
    ]
    if row is not None:
        steps.append(_step(reverse(f"{name}_change", args=[row.pk]), row))
    return mark_safe(STEP.join(steps))  # every step is escaped


def _step(address: str, words: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, capfirst(str(words)))


def _title(words: Any) -> SafeString:
    return format_html("<span>{}</span>", capfirst(str(words or "")))
