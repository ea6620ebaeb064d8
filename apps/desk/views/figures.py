"""The pictures on a leader's desk and on the team's page, each figure with the way to its rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.figures import Figure, Shape, Value
from apps.desk.queries.figures import LeadersFigures, OnTime, leaders_figures, on_time_this_week
from apps.desk.queries.load import Load
from apps.desk.queries.team import Team

LEADS = "complaints.assign_case"
HOUR = timedelta(hours=1)


def desk_figures(user: User) -> list[Figure]:
    """None for whoever leads nobody."""
    return _drawn(leaders_figures(user), user) if user.has_perm(LEADS) else []


def team_figures(team: Team, user: User) -> list[Figure]:
    """Of what the page has read already, and this week's share: one query."""
    counts = [cell.count for cell in team.totals] or [0] * len(team.hours)
    found = LeadersFigures(
        now=team.now,
        due=list(zip(team.hours, counts, strict=True)),
        load=[row.load for row in team.rows if row.load is not None],
        on_time=on_time_this_week(user, team.now),
    )
    return _drawn(found, user)


def _drawn(found: LeadersFigures, user: User) -> list[Figure]:
    links = user.has_perm("sla.view_clock")
    return [
        due_figure(found.due, found.now, links=links),
        load_figure(found.load),
        on_time_figure(found.on_time, links=links),
    ]


def due_figure(due: Sequence[tuple[datetime, int]], now: datetime, *, links: bool) -> Figure:
    values = [
        Value(
            date_format(hour, "H:i"),
            count,
            _clocks(view="running", state="running", due_from=max(hour, now), due_to=hour + HOUR)
            if links
            else "",
            colour="amber" if n == 0 else "blue",
            short=date_format(hour, "H"),
        )
        for n, (hour, count) in enumerate(due)
    ]
    return Figure(
        "due",
        _("What comes due, by hour"),
        Shape.COLUMNS,
        of=_("Due from"),
        counted=_("Clocks"),
        empty=_("Nothing comes due in the next hours."),
        values=values,
    )


def load_figure(load: Sequence[Load]) -> Figure:
    cases = reverse("admin:complaints_case_changelist")
    values = [
        Value(str(one.user), one.live, f"{cases}?view=open&owner={one.user.pk}")
        for one in sorted(load, key=lambda one: (-one.live, str(one.user)))
    ]
    return Figure(
        "load",
        _("Open cases per person"),
        Shape.ROWS,
        of=_("Person"),
        counted=_("Open cases"),
        empty=_("Nobody has an open case."),
        values=values,
        most=8,
    )


def on_time_figure(on_time: OnTime, *, links: bool) -> Figure:
    week = {"due_from": on_time.since, "due_to": on_time.until + timedelta(microseconds=1)}
    kept = _clocks(view="in_time", **week) if links else ""
    missed = _clocks(view="late", **week) if links else ""
    return Figure(
        "on-time",
        _("On time this week"),
        Shape.SHARE,
        of=_("Due since Monday"),
        counted=_("Clocks"),
        empty=_("Nothing has come due since Monday."),
        values=[
            Value(_("in time"), on_time.kept, kept, "green"),
            Value(_("missed"), on_time.missed, missed, "red"),
        ],
    )


def _clocks(**lookups: datetime | str | int) -> str:
    """The list of clocks; an instant as it stands in an address."""
    query = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in lookups.items()
    }
    return f"{reverse('admin:sla_clock_changelist')}?{urlencode(query)}"
