"""The rows of the list of cases, fifty to a page: written in one go, no template for each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.complaints.models import Case
from apps.complaints.queries.lists import CaseRow
from apps.complaints.templatetags.cases import case_clock
from apps.core.addresses import address_of
from apps.core.masking import mask_name, mask_phone
from apps.core.templatetags.house import status_tag
from apps.core.times import local

register = template.Library()
NOTHING = mark_safe("")
NONE = mark_safe('<span class="cs-quiet">—</span>')


@register.simple_tag
def case_rows(rows: Iterable[CaseRow], at: datetime, bulk: Any) -> SafeString:
    """``bulk``: whether rows are chosen for acts on many."""
    awaiting = format_html(
        ' <span class="tag tag-amber" title="{}">● {}</span>',
        _("waits for our answer"),
        _("to answer"),
    )
    latest = _("latest")
    lines = [_row(row, at, bool(bulk), awaiting, latest) for row in rows]
    return mark_safe("".join(lines))  # each line is escaped


def _row(row: CaseRow, at: datetime, bulk: bool, awaiting: SafeString, latest: str) -> SafeString:
    case = row.case
    return format_html(
        '<tr data-row{}>{}<td class="when">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
        '<td>{}<br><small>{}</small></td><td class="when">{}<br><small>{} {}</small></td></tr>',
        mark_safe(' class="is-awaiting"') if case.awaits_answer else NOTHING,
        _choice(case) if bulk else NOTHING,
        _clock(row, at),
        _case(case, awaiting if case.awaits_answer else NOTHING),
        _kind(case),
        _customer(case),
        _waybill(case),
        case.owner or "—",
        case.unit,
        local(case.created_at),
        latest,
        local(case.updated_at),
    )


def _choice(case: Case) -> SafeString:
    return format_html(
        '<td><input type="checkbox" name="case" value="{}" aria-label="{}"></td>',
        case.number,
        case.number,
    )


def _clock(row: CaseRow, at: datetime) -> SafeString:
    if row.clock is None:
        return NONE
    return format_html("{}<br><small>{}</small>", case_clock(row.clock, at), row.clock.label)


def _case(case: Case, awaiting: SafeString) -> SafeString:
    into = case.merged_into
    return format_html(
        '<a data-open href="{}">{}</a>{}<br><span class="cs-title">{}</span>{}',
        address_of("admin:complaints_case_page", case.number),
        case.number,
        awaiting,
        case.title,
        format_html(" <small>→ {}</small>", into.number) if into else NOTHING,
    )


def _kind(case: Case) -> SafeString:
    score = case.satisfied_score
    major = case.severity == "major"
    return format_html(
        "{} {}{}{}<br><small>{}</small>",
        status_tag(case, "state"),
        status_tag(case, "case_class"),
        format_html(" {}", status_tag(case, "severity")) if major else NOTHING,
        format_html(" <small>{}/5</small>", score) if score else NOTHING,
        case.get_channel_display(),
    )


def _customer(case: Case) -> SafeString:
    name = format_html("{}<br>", case.customer.display_name) if case.customer else NOTHING
    contact = (mask_name(case.contact_name or ""), mask_phone(case.contact_phone or ""))
    return format_html("{}<small>{} {}</small>", name, *contact)


def _waybill(case: Case) -> SafeString | str:
    waybill = case.waybill
    if waybill is None:
        return "—"
    return format_html(
        '<a href="{}">{}</a><br><small>{}</small>',
        address_of("desk:shipment", waybill.number),
        waybill.number,
        waybill.get_status_display(),
    )
