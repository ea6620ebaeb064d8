"""The list of clocks: what runs out next is first."""

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, moment, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.templatetags.formatting import countdown, status_tag
from apps.core.times import human
from apps.sla.enums import ClockState, Metric
from apps.sla.kinds import matter_kind_choices
from apps.sla.models import Clock
from apps.sla.queries.clocks import ClockFilter, clock_list


class ClockFilters(FilterForm):
    kind = one_of([], _("kind"))
    metric = one_of(Metric, _("what"))
    state = one_of(ClockState, _("state"))
    due_from = moment(_("due from"))
    due_to = moment(_("due before"))

    def fill(self) -> None:
        self.fields["kind"].choices = [("", "—"), *matter_kind_choices()]  # type: ignore[attr-defined]  # a choice field


def _due(clock: Clock) -> SafeString | str:
    return countdown(clock.due_at) if clock.is_open else human(clock.due_at)


class ClockList(StaffList):
    title = _("Clocks")
    columns = (
        Column("about", _("about"), lambda clock: clock.matter.title, is_link=True),
        Column("what", _("clock"), str),
        Column("owner", _("owner")),
        Column("unit", _("unit")),
        Column("due", _("due"), _due, sorts=("due", "latest")),
        Column("state", _("state"), lambda clock: status_tag(clock, "state")),
    )
    views = (
        View("running", _("Running")),
        View("mine", _("Mine")),
        View("overdue", _("Overdue")),
        View("missed", _("Was overdue"), sort="latest"),
        View("late", _("Missed or overdue"), sort="latest"),
        View("in_time", _("Done in time"), sort="latest"),
        View("all", _("All"), sort="latest"),
    )
    sorts = (
        Sort("due", _("What runs out next"), ("due_at", "pk"), nulls_last=True),
        Sort("latest", _("Latest due time first"), ("-due_at", "-pk"), nulls_last=True),
    )
    filters = ClockFilters
    empty = _("No clock runs here. One begins with each order, case, exception and follow-up step.")

    def rows(self, query: ListQuery) -> "QuerySet[Clock]":
        typed = query.values
        return clock_list(
            query.user,
            ClockFilter(
                view=query.view,
                kind=typed.get("kind") or "",
                metric=typed.get("metric") or "",
                state=typed.get("state") or "",
                due_from=typed.get("due_from"),
                due_to=typed.get("due_to"),
            ),
        )
