"""Leaders' list as a spreadsheet, questions from a sheet (apps/backoffice/exports.py, imports.py)."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.backoffice.exports import Export, ExportColumn, Query, attribute
from apps.backoffice.imports import Import, one_by_one
from apps.training.enums import Area
from apps.training.queries import learners
from apps.training.queries.people import Learner
from apps.training.services.question_sheets import COLUMNS, EXAMPLE, read_question, take_question


class LearnerProgress(models.TextChoices):
    LATE = "late", _("Late with a course")
    LEARNING = "learning", _("Learning")
    NOT_QUALIFIED = "not_qualified", _("Not qualified")


def _rows(by: Any, query: Query) -> Iterable[Learner]:
    unit = query.get("unit", "")
    chosen = Unit.objects.filter(pk=unit).first() if unit.isdigit() else None
    return learners(by, timezone.now(), unit=chosen, progress=query.get("progress", ""))


def _areas(row: Learner) -> str:
    return "、".join(str(area.label) for area in Area if area.value in row.may)


LEARNERS = Export(
    name="training.learner",
    label=_("Who learns, who may work"),
    file_name="learners",
    permission="training.view_enrolment",
    columns=(
        attribute(_("Staff number"), "user.staff_number"),
        attribute(_("Name"), "user.display_name"),
        attribute(_("Unit"), "units"),
        attribute(_("Courses open"), "open"),
        attribute(_("Late with a course"), "late"),
        attribute(_("Last exam"), "last.exam.name"),
        attribute(_("Points"), "last.points"),
        attribute(_("Points at most"), "last.maximum"),
        ExportColumn(_("May work in"), _areas),
    ),
    rows=_rows,
)
EXPORTS = (LEARNERS,)
QUESTIONS = Import(
    name="training.question",
    label=_("Questions"),
    permission="training.add_question",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_(
        "Each row is a question. Options stand in one cell, one in a line or with | between them."
    ),
    read=read_question,
    take=one_by_one(take_question, COLUMNS),
    subject="training.question",
)
IMPORTS = (QUESTIONS,)
