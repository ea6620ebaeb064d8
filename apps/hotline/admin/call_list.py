"""The log of calls."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.forms.filters import FilterForm, moment, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.hotline.enums import CallOutcome
from apps.hotline.jobs import CALLS
from apps.hotline.models import Call, PhoneSystem
from apps.hotline.queries.calls import call_list


class CallFilters(FilterForm):
    outcome = one_of(CallOutcome, _("outcome"))
    agent = one_of([], _("agent"))
    system = one_of([], _("phone system"))
    offered_from = moment(_("from"))
    offered_to = moment(_("before"))

    def fill(self) -> None:
        fields: dict[str, Any] = self.fields
        people = User.objects.active().people().order_by("display_name")[:500]
        fields["agent"].choices = [("", "—"), *((str(one.pk), str(one)) for one in people)]
        systems = PhoneSystem.objects.all()
        fields["system"].choices = [("", "—"), *((str(one.pk), one.name) for one in systems)]


def span(seconds: int | None) -> str:
    """75 → “1:15”."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"


def _about(call: Call) -> str:
    parts = (call.case and call.case.number, call.waybill and call.waybill.number)
    return " · ".join(str(one) for one in parts if one)


class CallList(StaffList):
    title = _("Calls")
    columns = (
        Column("at", _("time of the call"), lambda call: human(call.offered_at), is_link=True, sorts=("newest", "oldest")),
        Column("number", _("phone number"), lambda call: call.masked),
        Column("way", _("direction"), lambda call: status_tag(call, "direction")),
        Column("stand", _("outcome"), lambda call: status_tag(call, "outcome")),
        Column("waited", _("waited"), lambda call: span(call.wait_s), is_number=True),
        Column("talked", _("talked"), lambda call: span(call.talk_s), is_number=True),
        Column("agent", _("agent")),
        Column("queue", _("queue")),
        Column("customer", _("customer"), lambda call: call.customer and call.customer.display_name),
        Column("about", _("about"), _about),
    )  # fmt: skip
    views = (
        View("today", _("Today")),
        View("missed", _("Not answered")),
        View("answered", _("Answered by a person")),
        View("outgoing", _("Outgoing")),
        View("noted", _("Noted by hand")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-offered_at", "-pk")),
        Sort("oldest", _("Oldest first"), ("offered_at", "pk")),
    )
    filters = CallFilters
    export = CALLS
    search = _("phone number, whole")
    empty = _(
        "No call here. Calls come with the files of the phone system, or are noted with the key c."
    )

    def rows(self, query: ListQuery) -> "QuerySet[Call]":
        return call_list(query.user, view=query.view, number=query.text, values=query.values)
