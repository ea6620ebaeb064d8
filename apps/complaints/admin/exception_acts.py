"""What may be done about an exception, in the order of its life (CMP-4, CMP-5, TRK-7)."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.complaints import services
from apps.complaints.enums import ExceptionState as X
from apps.complaints.forms import exceptions as forms
from apps.complaints.inputs import Verdict
from apps.complaints.models import CorrectiveAction, ExceptionReport
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.tracking.admin.acting import Act

if TYPE_CHECKING:
    from django.forms import Form

HANDLE = "complaints.handle_exceptionreport"
INVESTIGATE = "complaints.investigate_exceptionreport"
DECIDE = "complaints.decide_exceptionreport"
CLOSE = "complaints.close_exceptionreport"


def _evidence(report: ExceptionReport, form: "Form", **who: Any) -> None:
    file = form.cleaned_data["file"]
    services.add_evidence(
        exception_id=report.pk,
        file=NewFile(file.read(), file.name),
        note=form.cleaned_data["note"],
        **who,
    )


def _correct(report: ExceptionReport, form: "Form", **who: Any) -> None:
    values = dict(form.cleaned_data)
    reason = values.pop("reason")
    if not values["what"].strip():
        del values["what"]
    # The form shows minutes; a time that still reads the same was not changed.
    for name in ("happened_at", "known_at", "reported_at"):
        known = getattr(report, name)
        if values[name] == known.replace(second=0, microsecond=0):
            values[name] = known
    services.correct_report(
        exception_id=report.pk, version=report.version, changes=values, reason=reason, **who
    )


def _decide(report: ExceptionReport, form: "Form", **who: Any) -> None:
    values = form.cleaned_data
    verdict = Verdict(
        cause_id=values["cause"],
        decision=values["decision"],
        unit=values["unit"],
        carrier=values["carrier"],
    )
    services.decide_exception(exception_id=report.pk, verdict=verdict, **who)


def _chase(report: ExceptionReport, form: "Form", **who: Any) -> None:
    values = form.cleaned_data
    if (values["unit"] is None) == (values["carrier"] is None):
        raise BadInput(
            _("Choose whom you ask: one unit or one partner."), code="whom_missing", field="unit"
        )
    services.add_chase(
        exception_id=report.pk,
        whom=values["unit"] or values["carrier"],
        question=values["question"],
        due_at=values["due_at"],
        **who,
    )


def _answer(_report: ExceptionReport, form: "Form", **who: Any) -> None:
    values = form.cleaned_data
    services.answer_chase(chase_id=values["chase"], answer=values["answer"], **who)


def _action_of(name: str) -> Any:
    service = getattr(services, name)

    def run(_report: ExceptionReport, form: "Form", **who: Any) -> None:
        values = dict(form.cleaned_data)
        service(action_id=values.pop("action"), **values, **who)

    return run


def _simple(name: str) -> Any:
    """A service that takes the report and what was typed, under the same names."""
    service = getattr(services, name)

    def run(report: ExceptionReport, form: "Form", **who: Any) -> None:
        service(exception_id=report.pk, **form.cleaned_data, **who)

    return run


def _serious(report: ExceptionReport, form: "Form", **who: Any) -> None:
    services.judge_seriousness(
        exception_id=report.pk,
        is_serious=form.cleaned_data["serious"],
        reason=form.cleaned_data["reason"],
        **who,
    )


def _in(*states: X) -> Any:
    return lambda report: report.state in states


def _actions(report: ExceptionReport, kind: str) -> list[CorrectiveAction]:
    found = [action for action in report.actions.all() if action.dropped_at is None]
    if kind == "to_check":
        return [action for action in found if action.done_at and action.has_worked is None]
    return [action for action in found if action.done_at is None]


def _has(kind: str) -> Any:
    return lambda report: report.state != X.CLOSED and bool(_actions(report, kind))


def _choose(kind: str) -> Any:
    return lambda report: {"choices": [(a.pk, a.what) for a in _actions(report, kind)]}


def _asked(report: ExceptionReport) -> list[tuple[int, str]]:
    rows = report.chases.open().select_related("unit", "carrier")
    return [(chase.pk, f"{chase.unit or chase.carrier}: {chase.question}") for chase in rows]


NOT_CLOSED = (X.OPEN, X.INVESTIGATING, X.DECIDED, X.ACTING, X.CHECKED)
ACTS = (
    Act("right", _("It was put right on the spot"), forms.LineForm, HANDLE, _simple("put_right"),
        _("It is one line of today's report."), when=lambda r: r.state == X.OPEN and not r.is_serious),
    Act("investigate", _("Begin the investigation"), forms.SureForm, INVESTIGATE,
        _simple("investigate_exception"), _("The investigation is yours."),
        when=_in(X.OPEN, X.DECIDED, X.ACTING)),
    Act("findings", _("Write down the findings"), forms.FindingsForm, INVESTIGATE,
        _simple("note_findings"), _("The findings are on record."), when=_in(X.INVESTIGATING),
        initial=lambda r: {"text": r.findings}),
    Act("evidence", _("Add evidence"), forms.EvidenceForm, HANDLE, _evidence,
        _("The file is on record."), when=_in(*NOT_CLOSED)),
    Act("decide", _("Decide: cause, who is responsible, what follows"), forms.VerdictForm, DECIDE,
        _decide, _("The decision is on record."), when=_in(X.INVESTIGATING),
        initial=lambda r: {"unit": r.unit_id}),
    Act("action", _("Set a corrective action"), forms.ActionForm, DECIDE, _simple("add_action"),
        _("The action is set and its clock runs."), when=_in(X.DECIDED, X.ACTING)),
    Act("finish", _("An action is done"), forms.FinishForm, HANDLE, _action_of("finish_action"),
        _("Noted. Somebody else checks whether it worked."), when=_has("open"), about=_choose("open")),
    Act("check_action", _("Did an action work?"), forms.CheckForm, "complaints.check_correctiveaction",
        _action_of("check_action"), _("The check is on record."), when=_has("to_check"),
        about=_choose("to_check")),
    Act("drop_action", _("An action is not needed"), forms.DropForm, DECIDE,
        _action_of("drop_action"), _("The action is dropped."), when=_has("open"), about=_choose("open")),
    Act("chase", _("Chase a unit or a partner"), forms.ChaseForm, HANDLE, _chase,
        _("The chase is set and its clock runs."), when=_in(*NOT_CLOSED)),
    Act("answer", _("They answered"), forms.AnswerForm, HANDLE, _answer, _("The answer is on record."),
        when=lambda r: bool(_asked(r)), about=lambda r: {"choices": _asked(r)}),
    Act("assign", _("Give it to somebody to follow"), forms.FollowerForm, HANDLE,
        _simple("assign_exception"), _("It is theirs to follow now, with its clocks."),
        when=_in(*NOT_CLOSED), about=lambda r: {"current": r.owner_id}),
    Act("serious", _("Serious or minor"), forms.SeriousForm, DECIDE, _serious,
        _("The judgement is on record."), when=_in(*NOT_CLOSED),
        initial=lambda r: {"serious": r.is_serious}),
    Act("correct", _("Correct the times or the facts"), forms.CorrectForm, HANDLE, _correct,
        _("Changed. What stood there before shows beside it."), when=_in(*NOT_CLOSED),
        initial=forms.correct_initial, danger=True),
    Act("check", _("Everything worked"), forms.NoteForm, DECIDE, _simple("check_exception"),
        _("It is checked."), when=_in(X.DECIDED, X.ACTING)),
    Act("close", _("Close it"), forms.NoteForm, CLOSE, _simple("close_exception"), _("It is closed."),
        when=_in(X.CHECKED), danger=True),
    Act("reopen", _("Open it again"), forms.ReasonForm, CLOSE, _simple("reopen_exception"),
        _("It is under investigation again."), when=_in(X.CLOSED), danger=True),
)  # fmt: skip
