"""What may be done about an exception, in the order of its life (CMP-4, CMP-5, TRK-7)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.core.errors import BadInput
from apps.quality import services
from apps.quality.enums import ExceptionState as X
from apps.quality.forms import exceptions as forms
from apps.quality.inputs import Verdict
from apps.quality.models import CorrectiveAction, ExceptionReport
from apps.quality.queries.shipments import question_about

HANDLE = "quality.handle_exceptionreport"
INVESTIGATE = "quality.investigate_exceptionreport"
DECIDE = "quality.decide_exceptionreport"
CLOSE = "quality.close_exceptionreport"


def _correct(context: ActContext) -> None:
    report, values = context.record, context.typed
    reason = values.pop("reason")
    if not values["what"].strip():
        del values["what"]
    # The form shows minutes; a time that still reads the same was not changed.
    for name in ("happened_at", "known_at", "reported_at"):
        known = getattr(report, name)
        if values[name] == known.replace(second=0, microsecond=0):
            values[name] = known
    services.correct_report(
        exception_id=report.pk, version=report.version, changes=values, reason=reason, **context.who
    )


def _decide(context: ActContext) -> None:
    values = context.typed
    verdict = Verdict(
        cause_id=values["cause"],
        decision=values["decision"],
        unit=values["unit"],
        carrier=values["carrier"],
    )
    services.decide_exception(exception_id=context.record.pk, verdict=verdict, **context.who)


def _chase(context: ActContext) -> None:
    values = context.typed
    if (values["unit"] is None) == (values["carrier"] is None):
        raise BadInput(
            _("Choose whom you ask: one unit or one partner."), code="whom_missing", field="unit"
        )
    asked = {"exception_id": context.record.pk, "whom": values["unit"] or values["carrier"]}
    asked["question"] = values["question"]
    if values["answer"]:
        services.record_chase(**asked, answer=values["answer"], **context.who)
    else:
        services.add_chase(**asked, due_at=values["due_at"], **context.who)


def _whom(context: ActContext) -> dict[str, Any]:
    """Where the shipment is, and what is asked there."""
    waybill = context.record.waybill
    if waybill is None:
        return {}
    unit = None if waybill.carrier_id else waybill.responsible_unit_id
    return {"unit": unit, "carrier": waybill.carrier_id, "question": question_about(waybill)}


def _answer(context: ActContext) -> None:
    values = context.typed
    services.answer_chase(chase_id=values["chase"], answer=values["answer"], **context.who)


def _action_of(service: Any) -> Any:
    """A service about one of the report's actions."""

    def run(context: ActContext) -> None:
        values = context.typed
        service(action_id=values.pop("action"), **values, **context.who)

    return run


def _simple(service: Any) -> Any:
    """A service that takes the report and what was typed, under the same names."""

    def run(context: ActContext) -> None:
        service(exception_id=context.record.pk, **context.typed, **context.who)

    return run


def _serious(context: ActContext) -> None:
    services.judge_seriousness(
        exception_id=context.record.pk,
        is_serious=context.typed["serious"],
        reason=context.typed["reason"],
        **context.who,
    )


def _reveal(context: ActContext) -> dict[str, str]:
    return services.reveal_exception(exception=context.record, **context.typed, **context.who)


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
    return lambda context: {"choices": [(a.pk, a.what) for a in _actions(context.record, kind)]}


def _asked(report: ExceptionReport) -> list[tuple[int, str]]:
    rows = report.chases.open().select_related("unit", "carrier")
    return [(chase.pk, f"{chase.unit or chase.carrier}: {chase.question}") for chase in rows]


def _act(name: str, label: Any, permission: str, run: Any, done: Any, **more: Any) -> Act:
    return Act(name, label, permission, run, done=done, is_panel=True, **more)


NOT_CLOSED = (X.OPEN, X.INVESTIGATING, X.DECIDED, X.ACTING, X.CHECKED)
REVEAL = Act(
    "reveal", _("Read it in clear"), "quality.reveal_exceptionreport", _reveal,
    explains=_("In clear, this once; your reason is on record."), form=forms.ReasonForm,
    shows="quality/exception_clear.html",
)  # fmt: skip
ACTS = (
    _act("right", _("It was put right on the spot"), HANDLE, _simple(services.put_right),
         _("It is one line of today's report."), form=forms.LineForm,
         may=lambda r: r.state == X.OPEN and not r.is_serious),
    _act("investigate", _("Begin the investigation"), INVESTIGATE,
         _simple(services.investigate_exception), _("The investigation is yours."),
         may=_in(X.OPEN, X.DECIDED, X.ACTING)),
    _act("findings", _("Write down the findings"), INVESTIGATE, _simple(services.note_findings),
         _("The findings are on record."), form=forms.FindingsForm, may=_in(X.INVESTIGATING),
         initial=lambda d: {"text": d.record.findings}),
    _act("evidence", _("Add evidence"), HANDLE, _simple(services.add_evidence),
         _("The file is on record."), form=forms.EvidenceForm, may=_in(*NOT_CLOSED)),
    _act("decide", _("Decide: cause, who is responsible, what follows"), DECIDE, _decide,
         _("The decision is on record."), form=forms.VerdictForm, may=_in(X.INVESTIGATING),
         initial=lambda d: {"unit": d.record.unit_id}),
    _act("action", _("Set a corrective action"), DECIDE, _simple(services.add_action),
         _("The action is set and its clock runs."), form=forms.ActionForm,
         may=_in(X.DECIDED, X.ACTING)),
    _act("finish", _("An action is done"), HANDLE, _action_of(services.finish_action),
         _("Noted. Somebody else checks whether it worked."), form=forms.FinishForm,
         may=_has("open"), options=_choose("open")),
    _act("check_action", _("Did an action work?"), "quality.check_correctiveaction",
         _action_of(services.check_action), _("The check is on record."), form=forms.CheckForm,
         may=_has("to_check"), options=_choose("to_check")),
    _act("drop_action", _("An action is not needed"), DECIDE, _action_of(services.drop_action),
         _("The action is dropped."), form=forms.DropForm, may=_has("open"),
         options=_choose("open")),
    _act("chase", _("Chase a unit or a partner"), HANDLE, _chase,
         _("The chase is on record."), form=forms.ChaseForm, may=_in(*NOT_CLOSED),
         initial=_whom),
    _act("answer", _("They answered"), HANDLE, _answer, _("The answer is on record."),
         form=forms.AnswerForm, may=lambda r: bool(_asked(r)),
         options=lambda d: {"choices": _asked(d.record)}),
    _act("take", _("Take this case"), HANDLE, _simple(services.take_exception),
         _("You have it now."), may=_in(*NOT_CLOSED)),
    _act("assign", _("Give it to somebody to follow"), HANDLE, _simple(services.assign_exception),
         _("It is theirs to follow now, with its clocks."), form=forms.FollowerForm,
         may=_in(*NOT_CLOSED), options=lambda d: {"current": d.record.owner_id}),
    _act("serious", _("Serious or minor"), DECIDE, _serious, _("The judgement is on record."),
         form=forms.SeriousForm, may=_in(*NOT_CLOSED),
         initial=lambda d: {"serious": d.record.is_serious}),
    _act("correct", _("Correct the times or the facts"), HANDLE, _correct,
         _("Changed. What stood there before shows beside it."), form=forms.CorrectForm,
         may=_in(*NOT_CLOSED), initial=lambda d: forms.correct_initial(d.record), danger=True),
    _act("check", _("Everything worked"), DECIDE, _simple(services.check_exception),
         _("It is checked."), form=forms.NoteForm, may=_in(X.DECIDED, X.ACTING)),
    _act("close", _("Close it"), CLOSE, _simple(services.close_exception), _("It is closed."),
         form=forms.NoteForm, may=_in(X.CHECKED), danger=True),
    _act("reopen", _("Open it again"), CLOSE, _simple(services.reopen_exception),
         _("It is under investigation again."), form=forms.ReasonForm, may=_in(X.CLOSED),
         danger=True),
    REVEAL,
)  # fmt: skip
