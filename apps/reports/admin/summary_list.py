"""The list of monthly summaries: what waits for my signature first."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.queries.approvals import waiting_for
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.reports.enums import SummaryState
from apps.reports.models import Summary
from apps.reports.rules.summaries import SUMMARY


class SummaryFilters(FilterForm):
    state = one_of(SummaryState, _("state"))


def _received(row: Summary) -> Any:
    sending = getattr(row, "sending", None)
    receipt = getattr(sending, "receipt", None)
    return human(receipt.at) if receipt else ""


class SummaryList(StaffList):
    title = _("Monthly summaries")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("customer", _("customer"), lambda row: row.customer.display_name),
        Column("month", _("month"), lambda row: f"{row.month:%Y-%m}"),
        Column("agent", _("agent"), lambda row: str(row.agent or "—")),
        Column("round", _("round"), is_number=True),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("sent", _("sent at"), lambda row: human(row.sent_at) if row.sent_at else ""),
        Column("received", _("received"), _received),
    )
    views = (
        View("mine", _("Wait for my signature")),
        View("way", _("Being signed")),
        View("sent", _("Sent")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-month", "-pk")),)
    filters = SummaryFilters
    search = _("number or customer")
    empty = _("Nothing waits for your signature. Summaries are prepared once a month is over.")

    def rows(self, query: ListQuery) -> "QuerySet[Summary]":
        rows = Summary.objects.visible_to(query.user).select_related(
            "customer", "agent", "sending__receipt"
        )
        if query.view == "mine":
            waiting = [
                one.request.subject_id
                for one in waiting_for(query.user)
                if one.request.kind == SUMMARY
            ]
            rows = rows.filter(Q(pk__in=waiting) | Q(state=SummaryState.DRAFT, agent=query.user.pk))
        elif query.view == "way":
            rows = rows.exclude(state=SummaryState.SENT)
        elif query.view == "sent":
            rows = rows.filter(state=SummaryState.SENT)
        if state := query.values.get("state"):
            rows = rows.filter(state=state)
        if query.text:
            named = Q(customer__search_text__icontains=query.text)
            rows = rows.filter(named | Q(number__istartswith=query.text))
        return rows
