"""The lists of incidents and of drills."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.incidents.enums import RUNNING, IncidentState, Level, PlanKind
from apps.incidents.models import Drill, Incident
from apps.incidents.queries.board import with_command
from apps.incidents.queries.places import place_in_words


class IncidentFilters(FilterForm):
    kind = one_of(PlanKind, _("kind"))
    level = one_of(Level, _("level"))


def commander(row: Any) -> Any:
    """A name; in red while nobody has the command of one that runs."""
    if row.commander or row.state not in RUNNING:
        return row.commander or "—"
    return format_html('<span class="tag tag-red">⚠ {}</span>', _now("nobody"))


class IncidentList(StaffList):
    title = _("Incidents")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("title", _("what has happened"), lambda row: row.shown_title),
        Column("place", _("place"), lambda row: place_in_words(row.place_facts)),
        Column("level", _("level"), lambda row: status_tag(row, "level")),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("command", _("Command"), commander),
        Column("declared", _("incident declared at"), lambda row: human(row.declared_at)),
    )
    views = (
        View("running", _("Incident running")),
        View("over", _("Over, to be closed")),
        View("closed", _("Closed")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters = IncidentFilters
    empty = _("No incident runs. Whoever sees one coming declares it.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        states = {
            "running": list(RUNNING),
            "over": [IncidentState.OVER],
            "closed": [IncidentState.CLOSED, IncidentState.WITHDRAWN],
        }
        rows = with_command(Incident.objects.visible_to(query.user))
        if query.view in states:
            rows = rows.filter(state__in=states[query.view])
        wanted = {name: query.values[name] for name in ("kind", "level") if query.values.get(name)}
        return rows.filter(**wanted)


def drill_due(row: Drill) -> Any:
    """A date; in red, with words and a sign, once it is past and the drill was not held."""
    if not row.is_overdue:
        return row.due_on.isoformat()
    words = f"{_now('overdue since')} {row.due_on.isoformat()}"
    return format_html('<span class="tag tag-red">⚠ {}</span>', words)


class DrillList(StaffList):
    title = _("Drills")
    columns = (
        Column("plan", _("contingency plan"), lambda row: row.plan.name, is_link=True),
        Column("unit", _("unit"), lambda row: row.plan.unit.name),
        Column("due", _("due on"), drill_due, sorts=("due", "latest")),
        Column("held", _("drill held"), lambda row: human(row.held_at) if row.held_at else "—"),
        Column("by", _("led by"), lambda row: str(row.held_by or "—")),
    )
    views = (View("due", _("To be held")), View("held", _("Drills held"), sort="latest"))
    sorts = (
        Sort("due", _("Due first"), ("due_on", "pk")),
        Sort("latest", _("Latest first"), ("-due_on", "-pk")),
    )
    empty = _("No drill. Each contingency plan says how often it is practised.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Drill.objects.select_related("plan__unit", "held_by")
        return rows.filter(held_at__isnull=query.view != "held")
