"""The list of cases (CMP-1)."""

from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.complaints.enums import OPINIONS, CaseChannel, CaseState
from apps.complaints.forms.lists import CaseFilters
from apps.complaints.jobs import CASES
from apps.complaints.models import Case, CaseQuerySet
from apps.complaints.queries.cases import LIVE_ONLY, CaseFilter, case_list
from apps.complaints.queries.clock_lines import ANY, next_lines, with_overdue
from apps.complaints.queries.lists import CaseRow, due_page
from apps.complaints.templatetags.cases import case_clock
from apps.core.addresses import address_of
from apps.core.masking import mask_name, mask_phone
from apps.core.pagination import KeyPage
from apps.core.templatetags.formatting import status_tag, status_word
from apps.core.times import day_start, local

NOTHING = mark_safe("")
# The states behind the views that are about other states than the live ones.
STATES: dict[str, tuple[str, ...]] = {
    "waiting": (CaseState.WAITING,),
    "solved": (CaseState.SOLVED,),
    "closed": (CaseState.CLOSED,),
    "appeals": (),
    "opinions": (),
    "all": (),
}
# … and those that are about one channel, or some classes.
CHANNELS: dict[str, tuple[str, ...]] = {"appeals": (CaseChannel.AUTHORITY,)}
CLASSES: dict[str, tuple[str, ...]] = {"opinions": OPINIONS}


def _clock(row: CaseRow) -> SafeString:
    if row.clock is None:
        return NOTHING
    return format_html("{}<br><small>{}</small>", case_clock(row.clock, row.at), row.clock.label)


def _case(row: CaseRow) -> SafeString:
    case, awaiting, into = row.case, NOTHING, NOTHING
    if case.awaits_answer:
        awaiting = format_html(
            ' <span class="tag tag-amber" title="{}">● {}</span>',
            _("waits for our answer"),
            _("to answer"),
        )
    if case.merged_into:
        into = format_html(" <small>→ {}</small>", case.merged_into.number)
    return format_html(
        '<a data-open href="{}">{}</a>{}<br>{}{}',
        address_of("admin:complaints_case_page", case.number),
        case.number,
        awaiting,
        case.title,
        into,
    )


def _kind(row: CaseRow) -> SafeString:
    case = row.case
    severity = f" {status_tag(case, 'severity')}" if case.severity == "major" else ""
    score = f" <small>{case.satisfied_score}/5</small>" if case.satisfied_score else ""
    return mark_safe(  # tags and words of ours
        f"{status_tag(case, 'state')} {status_tag(case, 'case_class')}{severity}{score}"
        f"<br><small>{status_word(case, 'channel')}</small>"
    )


def _customer(row: CaseRow) -> SafeString:
    case = row.case
    name = f"{escape(case.customer.display_name)}<br>" if case.customer else ""
    contact = f"{mask_name(case.contact_name or '')} {mask_phone(case.contact_phone or '')}".strip()
    about = f"<small>{escape(contact)}</small>" if contact else ""
    return mark_safe(name + about)  # escaped each


def _waybill(row: CaseRow) -> SafeString:
    waybill = row.case.waybill
    if waybill is None:
        return NOTHING
    return mark_safe(  # numbers and words of ours
        f'<a href="{address_of("desk:shipment", waybill.number)}">{waybill.number}</a>'
        f"<br><small>{status_word(waybill, 'status')}</small>"
    )


def _owner(row: CaseRow) -> SafeString:
    return format_html("{}<br><small>{}</small>", row.case.owner or "—", row.case.unit)


def _opened(row: CaseRow) -> SafeString:
    opened, latest = local(row.case.created_at), local(row.case.updated_at)
    return format_html("{}<br><small>{} {}</small>", opened, _("latest"), latest)


class CaseList(StaffList):
    title = _("Cases")
    columns = (
        Column("due", _("Next due"), _clock, sorts=("due",)),
        Column("case", _("Case"), _case),
        Column("kind", _("Kind"), _kind),
        Column("customer", _("Customer"), _customer),
        Column("waybill", _("Waybill"), _waybill),
        Column("owner", _("Owner"), _owner),
        Column("opened", _("Opened"), _opened, sorts=("newest", "oldest")),
    )
    views = (
        View("open", _("All open")),
        View("mine", _("Mine"), sort="due"),
        View("unassigned", _("Nobody's")),
        View("overdue", _("Overdue"), sort="due"),
        View("waiting", _("Waiting for the customer")),
        View("solved", _("To be confirmed")),
        View("closed", _("Closed")),
        View("appeals", _("Appeals (12305)")),
        View("opinions", _("Suggestions and praise")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-pk",)),
        Sort("oldest", _("Oldest first"), ("pk",)),
        Sort("due", _("What runs out next"), ("due_at", "pk")),
    )
    filters = CaseFilters
    search = _("Number, waybill, phone, name, customer or words")
    export = CASES
    empty = _("Nothing here. Cases appear as soon as they are taken down or come in.")
    nothing_fits = _("No case fits. Take a filter away, or look in all cases.")

    def rows(self, query: ListQuery) -> CaseQuerySet:
        cases, overdue = case_list(query.user, case_filter(query)), overdue_with(query)
        return with_overdue(cases, overdue) if overdue else cases

    def page(self, query: ListQuery, *, after: str = "", before: str = "") -> KeyPage:
        if query.sort.name != "due":
            return super().page(query, after=after, before=before)
        # The clock each is listed by is the one that has run out, if any has.
        any_overdue = overdue_with(query) == ANY
        cases = case_list(query.user, case_filter(query)) if any_overdue else self.rows(query)
        keys = {"after": after, "before": before}
        return due_page(cases, self.per_page, at=query.at, only_overdue=any_overdue, **keys)

    def dress(self, rows: list[Any], query: ListQuery) -> list[CaseRow]:
        if query.sort.name == "due":
            return rows
        clocks = next_lines([case.pk for case in rows])
        return [CaseRow(case, clocks.get(case.pk), query.at) for case in rows]

    def record(self, row: CaseRow) -> Case:
        return row.case


def case_filter(query: ListQuery) -> CaseFilter:
    typed, owner = query.values, query.values.get("owner") or ""
    if owner == "me" or (query.view == "mine" and not owner):
        owner = str(query.user.pk)
    since, until = typed.get("since"), typed.get("until")
    states = (typed["state"],) if typed.get("state") else STATES.get(query.view, (LIVE_ONLY,))
    return CaseFilter(
        text=query.text,
        states=states,
        classes=_one(typed.get("class")) or CLASSES.get(query.view, ()),
        severities=_one(typed.get("severity")),
        channels=_one(typed.get("channel")) or CHANNELS.get(query.view, ()),
        owner_id=int(owner) if owner else None,
        unowned=query.view == "unassigned",
        unit_id=typed["unit"].pk if typed.get("unit") else None,
        customer_id=query.form.customer_id,  # type: ignore[attr-defined]  # of CaseFilters
        awaiting=bool(typed.get("awaiting")),
        opened_from=day_start(since) if since else None,
        opened_before=day_start(until, days=1) if until else None,
    )


def overdue_with(query: ListQuery) -> str:
    """The metric, or ANY; "" for whatever is not overdue, too."""
    return str(query.values.get("overdue") or (ANY if query.view == "overdue" else ""))


def _one(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()
