"""The quarterly analysis of what customers think of us, on the staff site."""

from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.complaints.enums import CaseClass, Outcome
from apps.core.fields import NaturalMomentField
from apps.quality import services
from apps.quality.forms import exceptions as forms
from apps.quality.models import CorrectiveAction, QuarterlyAnalysis
from apps.quality.queries.opinions import opinions_of, to_analyse
from apps.surveys.enums import SurveyAudience
from apps.surveys.queries import SurveyFigures
from apps.tracking.forms.fields import NoteField

WRITE = "quality.add_quarterlyanalysis"
FINDINGS = 8000


def quarter_name(quarter: date) -> str:
    return QuarterlyAnalysis(quarter=quarter).name


class AnalysisForm(forms.ActionForm):
    """What was found, and the first action that follows."""

    quarter = django_forms.TypedChoiceField(label=_("quarter"), coerce=date.fromisoformat)
    findings = NoteField(label=_("findings"), rows=8, max_length=FINDINGS)
    what = NoteField(label=_("first action: what is to be done"), max_length=300)
    due_at = NaturalMomentField(label=_("due"))
    field_order = ("quarter", "findings", "what", "owner", "due_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["quarter"]
        found = to_analyse(timezone.localdate())
        field.choices = [(one.isoformat(), quarter_name(one)) for one in found]


class ResultForm(django_forms.Form):
    result = NoteField(label=_("what was done"), max_length=300)


class WorkedForm(django_forms.Form):
    worked = django_forms.BooleanField(label=_("worked"), required=False)
    note = NoteField(label=_("how it was checked"), max_length=300)
    due_at = NaturalMomentField(label=_("to be done again by, if it did not work"), required=False)


def _write(context: ActContext) -> QuarterlyAnalysis:
    return services.write_analysis(**context.typed, **context.who)


def _figures(context: ActContext) -> dict[str, Any]:
    quarter = context.typed["quarter"]
    return {
        "preview_template": "quality/_opinions.html",
        **shown(opinions_of(quarter)),
    }


def _add(context: ActContext) -> None:
    services.add_analysis_action(analysis_id=context.record.pk, **context.typed, **context.who)


def _on_action(service: Any) -> Any:
    def run(context: ActContext) -> None:
        service(action_id=context.row.pk, **context.typed, **context.who)

    return run


def _is_open(action: CorrectiveAction) -> bool:
    return action.is_open


def _to_check(action: CorrectiveAction) -> bool:
    return action.done_at is not None and action.checked_at is None


ENTER = Act("write", _("Write the analysis of a quarter"), WRITE, _write, form=AnalysisForm, preview=_figures,
    explains=_("Surveys, suggestions and praise of a quarter that is over; at least one action follows from them."),
    done=_("The analysis is on record, and its action has a clock."))  # fmt: skip
ACTS = (
    Act("action", _("Set a further action"), WRITE, _add, form=forms.ActionForm,
        done=_("The action is set and its clock runs.")),
    Act("finish", _("It is done"), "quality.view_quarterlyanalysis", _on_action(services.finish_action),
        form=ResultForm, rows="actions", may=_is_open, done=_("Noted. Somebody else checks whether it worked.")),
    Act("check", _("Did it work?"), "quality.check_correctiveaction", _on_action(services.check_action),
        form=WorkedForm, rows="actions", may=_to_check, done=_("The check is on record.")),
    Act("drop", _("It is not needed"), WRITE, _on_action(services.drop_action), form=forms.ReasonForm,
        rows="actions", may=_is_open, danger=True, done=_("The action is dropped.")),
)  # fmt: skip


def shown(figures: dict[str, Any]) -> dict[str, Any]:
    """Kept figures in words."""
    surveys = [SurveyFigures(**row) for row in figures.get("surveys", ())]
    return {
        "surveys": [
            (SurveyAudience(one.audience).label, one, _percent(one.share), _percent(one.csat))
            for one in surveys
        ],
        "opinions": [
            (CaseClass(kind).label, Outcome(outcome).label if outcome else _("open"), n)
            for kind, outcome, n in figures.get("cases", ())
        ],
        "praised": figures.get("praised", ()),
    }


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.1f} %"


@admin.register(QuarterlyAnalysis)
class QuarterlyAnalysisAdmin(PanelAdmin):
    acts, entry = ACTS, ENTER
    add_label = _("Write the analysis of a quarter")
    page_template = "quality/analysis.html"
    list_display = ("period", "written_at", "written_by", "open_actions")
    list_select_related = ("written_by",)
    ordering = ("-quarter",)

    @admin.display(description=_("quarter"), ordering="quarter")
    def period(self, row: QuarterlyAnalysis) -> str:
        return row.name

    @admin.display(description=_("actions still open"))
    def open_actions(self, row: QuarterlyAnalysis) -> int:
        return sum(action.is_open for action in row.actions.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("actions")

    def facts(self, request: HttpRequest, record: QuarterlyAnalysis) -> dict[str, Any]:
        rows = record.actions.select_related("owner", "done_by", "checked_by")
        return {
            "title": record.name,
            "acts": self.offered(request, record),
            "actions": list(rows),
            "may_check": request.user.has_perm("quality.check_correctiveaction"),
            "may_write": request.user.has_perm(WRITE),
            "all_surveys": reverse("admin:surveys_surveyask_changelist"),
            **shown(record.figures),
        }
