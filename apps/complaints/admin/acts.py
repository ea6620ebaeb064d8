"""What can be done to one case from its page: a key, a form, a service, and what is said after."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import Act, ActContext
from apps.complaints.admin import opinion_acts, runs
from apps.complaints.enums import CaseState
from apps.complaints.extensions import extension_acts
from apps.complaints.forms import acts as f
from apps.complaints.models import Case
from apps.complaints.rules.ways import ways_to_write

LIVE = ("new", "open", "waiting", "solved")
# What services call a field, where the form calls it otherwise.
FIELDS = {"closing_note": "note", "label": "what", "waybill_id": "waybill"}


def _is_live(case: Case) -> bool:
    return case.is_live


def _of_case(context: ActContext) -> dict[str, Any]:
    return {"case": context.record}


def _has_way(case: Case) -> bool:
    return bool(ways_to_write(case))


ALL: tuple[Act, ...] = (
    *extension_acts(),
    *opinion_acts.ACTS,
    Act(
        "reply",
        gettext_lazy("Reply"),
        "complaints.handle_case",
        runs.reply,
        explains=gettext_lazy(
            "Goes to the customer by the channel chosen and counts as the first word and the response."
        ),
        form=f.ReplyForm,
        key="r",
        may=lambda case: case.state in (*LIVE, "closed") and _has_way(case),
        options=_of_case,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "call",
        gettext_lazy("Log a call"),
        "complaints.handle_case",
        runs.call,
        explains=gettext_lazy(
            "A call that reached them counts as the first word and the response."
        ),
        done=gettext_lazy("The call is on record."),
        form=f.CallForm,
        key="c",
        may=lambda case: case.state in (*LIVE, "closed"),
        options=_of_case,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "note",
        gettext_lazy("Note"),
        "complaints.handle_case",
        runs.note,
        explains=gettext_lazy("For colleagues only; never leaves the company."),
        done=gettext_lazy("The note is on record."),
        form=f.NoteForm,
        key="n",
        may=lambda _case: True,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "promise",
        gettext_lazy("Promise"),
        "complaints.handle_case",
        runs.promise,
        explains=gettext_lazy(
            "“I call back by 15:20” becomes a clock of yours that nothing pauses."
        ),
        form=f.PromiseForm,
        key="p",
        may=_is_live,
        initial=lambda _context: {"what": _("Call back")},
        options=_of_case,
        fields=FIELDS,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "report",
        gettext_lazy("Report to the leaders"),
        "complaints.handle_case",
        runs.report,
        explains=gettext_lazy(
            "You have told them, by phone outside working hours; this puts it on record and meets the report clock."
        ),
        done=gettext_lazy("The report is on record."),
        form=f.ReportForm,
        key="b",
        may=lambda case: case.is_live and case.is_trouble,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "plan",
        gettext_lazy("Plan and reply"),
        "complaints.handle_case",
        runs.plan,
        explains=gettext_lazy(
            "Tell the customer what will be done and by when; meets the plan clock, and the first word with it."
        ),
        form=f.PlanForm,
        key="l",
        may=lambda case: case.is_live and case.state != CaseState.SOLVED,
        options=_of_case,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "wait",
        gettext_lazy("Wait for the customer"),
        "complaints.handle_case",
        runs.wait,
        explains=gettext_lazy(
            "Pauses the clocks whose policy allows it. Their next message or call ends the wait."
        ),
        done=gettext_lazy("The case waits for the customer."),
        form=f.WaitForm,
        key="w",
        may=lambda case: case.state in ("new", "open"),
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "resume",
        gettext_lazy("Go on without an answer"),
        "complaints.handle_case",
        runs.resume,
        explains=gettext_lazy("The paused clocks run on."),
        done=gettext_lazy("The case is in hand again; its clocks run."),
        form=f.ActForm,
        key="g",
        may=lambda case: case.state == CaseState.WAITING,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "take",
        gettext_lazy("Take it"),
        "complaints.handle_case",
        runs.take,
        explains=gettext_lazy("You are responsible from now on."),
        done=gettext_lazy("The case is yours."),
        form=f.ActForm,
        key="t",
        may=lambda case: case.is_live,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "assign",
        gettext_lazy("Give to a colleague"),
        "complaints.assign_case",
        runs.assign,
        explains=gettext_lazy("The case and its clocks go to the new owner, who is told."),
        form=f.AssignForm,
        key="a",
        may=_is_live,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "change",
        gettext_lazy("Change"),
        "complaints.change_case",
        runs.change,
        explains=gettext_lazy(
            "Another class or severity chooses the policy anew; what was done already counts."
        ),
        done=gettext_lazy("Saved."),
        form=f.ChangeForm,
        key="e",
        may=_is_live,
        initial=runs.change_initial,
        options=_of_case,
        fields=FIELDS,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "solve",
        gettext_lazy("Solve"),
        "complaints.handle_case",
        runs.solve,
        explains=gettext_lazy(
            "State the solution. The case stays open until the customer has confirmed it."
        ),
        form=f.SolveForm,
        key="s",
        may=lambda case: case.state in ("new", "open", "waiting"),
        initial=lambda context: {
            "cause": context.record.cause_id,
            "outcome": context.record.outcome,
        },
        options=_of_case,
        fields=FIELDS,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "confirm",
        gettext_lazy("Confirm the result"),
        "complaints.handle_case",
        runs.confirm,
        explains=gettext_lazy(
            "You have gone through the result with the customer and asked how satisfied they are. 1 or 2 opens the case again."
        ),
        form=f.ConfirmForm,
        key="f",
        may=lambda case: case.state == CaseState.SOLVED,
        options=_of_case,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "ask",
        gettext_lazy("Ask how satisfied they are"),
        "complaints.handle_case",
        runs.ask,
        explains=gettext_lazy(
            "By message, with a link to answer; for when nobody is on the phone."
        ),
        form=f.AskForm,
        key="q",
        may=lambda case: case.state in ("solved", "closed") and _has_way(case),
        options=_of_case,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "close",
        gettext_lazy("Close"),
        "complaints.close_case",
        runs.close,
        explains=gettext_lazy(
            "Ends the case. A complaint, loss or damage needs its cause, and the customer's word or a note why there is none."
        ),
        done=gettext_lazy("The case is closed."),
        form=f.CloseForm,
        key="x",
        may=lambda case: case.state == CaseState.SOLVED,
        options=_of_case,
        fields=FIELDS,
        tells_customer=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "reopen",
        gettext_lazy("Take up again"),
        "complaints.close_case",
        runs.reopen,
        explains=gettext_lazy(
            "The case is taken up again by its owner; its clocks start anew where the policy says so."
        ),
        done=gettext_lazy("The case is open again."),
        form=f.ReasonForm,
        key="o",
        may=lambda case: case.state in ("solved", "closed"),
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "files",
        gettext_lazy("Add files"),
        "complaints.handle_case",
        runs.files,
        explains=gettext_lazy("Pictures, PDF, Word, Excel or text."),
        done=gettext_lazy("The files are on record."),
        form=f.FileForm,
        key="u",
        may=lambda _case: True,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "link",
        gettext_lazy("Link"),
        "complaints.merge_case",
        runs.link,
        explains=gettext_lazy("Two cases that belong together; both say so."),
        form=f.LinkForm,
        key="k",
        may=lambda _case: True,
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "cancel",
        gettext_lazy("Cancel"),
        "complaints.cancel_case",
        runs.cancel,
        explains=gettext_lazy(
            "Opened by mistake, a test or an advertisement: no work, no clocks; it stays on record."
        ),
        done=gettext_lazy("The case is cancelled."),
        form=f.ReasonForm,
        key="d",
        may=lambda case: case.state in ("new", "open", "waiting"),
        options=_of_case,
        danger=True,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "keep",
        gettext_lazy("Kept"),
        "complaints.handle_case",
        runs.keep,
        done=gettext_lazy("The promise is kept."),
        form=f.KeepForm,
        may=_is_live,
        options=_of_case,
        is_button=False,
    ),
    Act(
        "drop",
        gettext_lazy("Drop"),
        "complaints.handle_case",
        runs.drop,
        done=gettext_lazy("The promise need not be kept any more; the reason is on record."),
        form=f.DropForm,
        may=_is_live,
        options=_of_case,
        is_button=False,
    ),
    Act(
        "unlink",
        gettext_lazy("Remove the link"),
        "complaints.merge_case",
        runs.unlink,
        done=gettext_lazy("The link is removed."),
        form=f.UnlinkForm,
        may=lambda _case: True,
        options=_of_case,
        is_button=False,
    ),
)
