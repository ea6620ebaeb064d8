"""The rows of the list of cases, fifty to a page: written in one go, no template for each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.complaints.models import Case
from apps.complaints.queries.lists import CaseRow
from apps.complaints.templatetags.cases import case_clock
from apps.core.addresses import address_of
from apps.core.masking import mask_name, mask_phone
from apps.core.templatetags.house import status_tag, status_word
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
    mark = ' class="is-awaiting"' if case.awaits_answer else ""
    owner, unit = escape(case.owner or "—"), escape(case.unit)
    return mark_safe(  # each piece is escaped
        f'<tr data-row{mark}>{_choice(case) if bulk else ""}<td class="when">{_clock(row, at)}</td>'
        f"<td>{_case(case, awaiting if case.awaits_answer else NOTHING)}</td><td>{_kind(case)}</td>"
        f"<td>{_customer(case)}</td><td>{_waybill(case)}</td><td>{owner}<br><small>{unit}</small></td>"
        f'<td class="when">{local(case.created_at)}<br>'
        f"<small>{latest} {local(case.updated_at)}</small></td></tr>"
    )


def _choice(case: Case) -> str:
    return f'<td><input type="checkbox" name="chosen" value="{case.number}" aria-label="{case.number}"></td>'


def _clock(row: CaseRow, at: datetime) -> str:
    if row.clock is None:
        return NONE
    return f"{case_clock(row.clock, at)}<br><small>{escape(row.clock.label)}</small>"


def _case(case: Case, awaiting: SafeString) -> str:
    into = f" <small>→ {case.merged_into.number}</small>" if case.merged_into else ""
    return (
        f'<a data-open href="{address_of("admin:complaints_case_page", case.number)}">{case.number}</a>'
        f'{awaiting}<br><span class="cs-title">{escape(case.title)}</span>{into}'
    )


def _kind(case: Case) -> str:
    severity = f" {status_tag(case, 'severity')}" if case.severity == "major" else ""
    score = f" <small>{case.satisfied_score}/5</small>" if case.satisfied_score else ""
    return (
        f"{status_tag(case, 'state')} {status_tag(case, 'case_class')}{severity}{score}"
        f"<br><small>{status_word(case, 'channel')}</small>"
    )


def _customer(case: Case) -> str:
    name = f"{escape(case.customer.display_name)}<br>" if case.customer else ""
    contact = f"{mask_name(case.contact_name or '')} {mask_phone(case.contact_phone or '')}"
    return f"{name}<small>{escape(contact)}</small>"


def _waybill(case: Case) -> str:
    waybill = case.waybill
    if waybill is None:
        return "—"
    return (
        f'<a href="{address_of("desk:shipment", waybill.number)}">{waybill.number}</a>'
        f"<br><small>{status_word(waybill, 'status')}</small>"
    )
