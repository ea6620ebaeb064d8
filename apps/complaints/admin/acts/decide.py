"""Carrying a case to its end: waiting, the solution, the customer's word on it, closing, reopening."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import ActContext
from apps.complaints import services
from apps.complaints.acts import CaseAct, calling, is_in
from apps.complaints.enums import CaseChannel, CaseState, Outcome
from apps.complaints.forms.acts import ActForm, ReasonForm
from apps.complaints.forms.acts import decide as f


def _solve(context: ActContext) -> str:
    typed = context.typed
    channel = CaseChannel(typed["channel"]) if typed["channel"] else None
    services.solve_case(
        case_id=context.record.pk,
        solution=typed["solution"],
        outcome=Outcome(typed["outcome"]),
        cause=typed["cause"],
        channel=channel,
        **context.who,
    )
    if channel is None:
        return _("Solved. The customer has not heard it yet: tell them, then confirm the result.")
    return _("Solved, and told (%(channel)s). Now confirm the result with the customer.") % {
        "channel": channel.label
    }


def _confirm(context: ActContext) -> str:
    typed = context.typed
    answer = services.confirm_result(
        case_id=context.record.pk,
        score=typed["score"],
        comment=typed["comment"],
        channel=CaseChannel(typed["channel"]),
        **context.who,
    )
    if answer.state == CaseState.OPEN:
        return _("%(score)d of 5: the case is open again, its clocks run.") % typed
    return _("%(score)d of 5 is on record. The case can be closed.") % typed


def _cancel(context: ActContext) -> None:
    services.cancel_case(
        case_id=context.record.pk, reason=context.typed["reason"][:200], **context.who
    )


ACTS = (
    CaseAct(
        "wait",
        gettext_lazy("Wait for the customer"),
        "complaints.handle_case",
        calling(services.wait_for_customer),
        explains=gettext_lazy(
            "Pauses the clocks whose policy allows it. Their next message or call ends the wait."
        ),
        done=gettext_lazy("The case waits for the customer."),
        form=f.WaitForm,
        key="w",
        may=is_in(CaseState.NEW, CaseState.OPEN),
    ),
    CaseAct(
        "resume",
        gettext_lazy("Go on without an answer"),
        "complaints.handle_case",
        calling(services.resume_case),
        explains=gettext_lazy("The paused clocks run on."),
        done=gettext_lazy("The case is in hand again; its clocks run."),
        form=ActForm,
        key="g",
        may=is_in(CaseState.WAITING),
    ),
    CaseAct(
        "solve",
        gettext_lazy("Solve"),
        "complaints.handle_case",
        _solve,
        explains=gettext_lazy(
            "State the solution. The case stays open until the customer has confirmed it."
        ),
        form=f.SolveForm,
        key="s",
        may=is_in(CaseState.NEW, CaseState.OPEN, CaseState.WAITING),
        initial=lambda context: {
            "cause": context.record.cause_id,
            "outcome": context.record.outcome,
        },
        tells_customer=True,
    ),
    CaseAct(
        "confirm",
        gettext_lazy("Confirm the result"),
        "complaints.handle_case",
        _confirm,
        explains=gettext_lazy(
            "You have gone through the result with the customer and asked how satisfied they are. 1 or 2 opens the case again."
        ),
        form=f.ConfirmForm,
        key="f",
        may=is_in(CaseState.SOLVED),
        tells_customer=True,
    ),
    CaseAct(
        "close",
        gettext_lazy("Close"),
        "complaints.close_case",
        calling(services.close_case),
        explains=gettext_lazy(
            "Ends the case. A complaint, loss or damage needs its cause, and the customer's word or a note why there is none."
        ),
        done=gettext_lazy("The case is closed."),
        form=f.CloseForm,
        key="x",
        may=is_in(CaseState.SOLVED),
        tells_customer=True,
    ),
    CaseAct(
        "reopen",
        gettext_lazy("Take up again"),
        "complaints.close_case",
        calling(services.reopen_case),
        explains=gettext_lazy(
            "The case is taken up again by its owner; its clocks start anew where the policy says so."
        ),
        done=gettext_lazy("The case is open again."),
        form=ReasonForm,
        key="o",
        may=is_in(CaseState.SOLVED, CaseState.CLOSED),
    ),
    CaseAct(
        "cancel",
        gettext_lazy("Cancel"),
        "complaints.cancel_case",
        _cancel,
        explains=gettext_lazy(
            "Opened by mistake, a test or an advertisement: no work, no clocks; it stays on record."
        ),
        done=gettext_lazy("The case is cancelled."),
        form=ReasonForm,
        key="d",
        may=is_in(CaseState.NEW, CaseState.OPEN, CaseState.WAITING),
        danger=True,
    ),
)
