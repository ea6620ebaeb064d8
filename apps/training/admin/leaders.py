"""Who learns, who is late, who may do live work: for leaders (STF-1)."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.backoffice.acts import ActContext
from apps.backoffice.forms.filters import one_of
from apps.backoffice.forms.reports import ReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Facts, Report, ReportQuery, Table, number
from apps.core.templatetags.formatting import status_tag
from apps.core.times import local
from apps.training.enums import Area
from apps.training.jobs import LEARNERS, LearnerProgress
from apps.training.queries import learners, required_areas
from apps.training.queries.people import Learner


def by_whom(context: ActContext) -> dict[str, Any]:
    """For forms that offer the people whom somebody leads."""
    return {"by": context.by}


class LearnersForm(ReportForm):
    unit = one_of([], _("unit"))
    progress = one_of(LearnerProgress, _("colleague"))

    def fill(self) -> None:
        seen = self.user.visible_unit_ids()
        units = Unit.objects.active().order_by("path")
        found = [(str(one.pk), str(one)) for one in units if seen is None or one.pk in seen]
        self.fields["unit"].choices = [("", "—"), *found]  # type: ignore[attr-defined]  # a choice field


def _courses(row: Learner) -> SafeString | str:
    if row.late:
        late = gettext("%(n)d late") % {"n": row.late}
        return format_html('{} <span class="tag tag-red">{}</span>', row.open, late)
    return str(row.open) if row.open else ""


def _exam(row: Learner) -> SafeString | str:
    if row.last is None:
        return ""
    tag = status_tag(row.last, "state")
    if row.last.passed is not None:
        word, colour = (
            (gettext("passed"), "green") if row.last.passed else (gettext("not passed"), "red")
        )
        tag = format_html('<span class="tag tag-{}">{}</span>', colour, word)
    return format_html("{} {}", row.last.exam, tag)


def _area(area: Area) -> Any:
    def shown(row: Learner) -> SafeString:
        if area.value not in row.may:
            return format_html('<span class="tag tag-red">{}</span>', gettext("not qualified"))
        held = row.qualifications.get(area.value)
        word = (
            gettext("until %(when)s") % {"when": local(held.until)[:10]} if held else gettext("yes")
        )
        return format_html('<span class="tag tag-green">{}</span>', word)

    return shown


class WhoLearns(Report):
    where, name = "who-learns/", "who_learns"
    title = _("Who learns, who may work")
    permission = "training.view_enrolment"
    about = _("Everybody who is enrolled, was examined, or needs a qualification.")
    form = LearnersForm
    export = LEARNERS

    def parts(self, query: ReportQuery) -> list[Any]:
        chosen, progress = query.values.get("unit"), query.values.get("progress") or ""
        unit = Unit.objects.filter(pk=chosen).first() if chosen else None
        areas = required_areas(query.at)
        rows = learners(query.user, query.at, unit=unit, progress=progress)
        facts = [
            (gettext("People"), len(rows)),
            (gettext("Late with a course"), sum(row.late > 0 for row in rows)),
            *(
                (area.label, f"{sum(area.value in row.may for row in rows)} / {len(rows)}")
                for area in areas
            ),
        ]
        columns = (
            Column("name", _("Name"), lambda row: row.user.display_name),
            Column("units", _("unit")),
            number("open", _("courses open"), _courses),
            Column("last", _("last exam"), _exam),
            *(Column(area.value, area.label, _area(area)) for area in areas),
        )
        empty = _("Nobody here learns anything. Enrol people on the page of a course.")
        return [Facts(facts), Table(columns=columns, rows=rows, address=_address, empty=empty)]


def _address(row: Learner) -> str:
    if row.last is None:
        return ""
    return reverse("admin:training_attempt_change", args=[row.last.pk])
