"""What can be done to one case from its page: a key, a form, a service, and what is said after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, LinkKind, Outcome
from apps.complaints.forms import acts as f
from apps.complaints.inputs import Said
from apps.complaints.models import Case
from apps.complaints.rules.ways import ways_to_write
from apps.core.times import local

Typed = dict[str, Any]
# run(case, what was typed, who and when) → what to say afterwards, "" for the usual words
Run = Callable[[Case, Any, Typed], str]
LIVE = ("new", "open", "waiting", "solved")


@dataclass(frozen=True)
class Act:
    """``key`` opens it on the page. ``told`` is what the customer hears: before it is done, the page
    says what they wrote, and what colleagues have told them, meanwhile."""

    name: str
    key: str
    label: Any
    explains: Any
    permission: str
    form: type[f.ActForm]
    run: Run
    done: Any
    may: Callable[[Case], bool] = lambda case: case.is_live
    initial: Callable[[Case], Typed] = lambda _case: {}
    danger: bool = False
    told: bool = False
    has_replies: bool = False  # ready-made answers stand beside its text
    inline: bool = True  # has a panel on the page; others are posted from where they are shown


def _reply(case: Case, form: f.ReplyForm, who: Typed) -> str:
    typed = form.cleaned_data
    channel = CaseChannel(typed["channel"])
    said = Said(EntryKind.MESSAGE_OUT, typed["text"], channel)
    services.add_message(case_id=case.pk, said=said, files=typed["files"], **who)
    told = _(
        "To go out by %(channel)s; beneath the answer stands when it has left. "
        "The first word counts from now."
    )
    if typed["then_wait"] and case.state != CaseState.WAITING:
        services.wait_for_customer(case_id=case.pk, reason=_("Asked by the last reply."), **who)
        told = _(
            "To go out by %(channel)s; beneath the answer stands when it has left. "
            "The case waits for theirs."
        )
    return told % {"channel": channel.label}


def _note(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.add_note(case_id=case.pk, text=typed["text"], files=typed["files"], **who)
    return ""


def _call(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    incoming, reached = typed["direction"] == "in", typed["reached"] == "yes"
    services.log_call(
        case_id=case.pk, incoming=incoming, reached=reached, text=typed["text"], **who
    )
    if not incoming and not reached:
        return _("On record. Nobody was reached, so no clock is met by this call.")
    return ""


def _promise(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.make_promise(case_id=case.pk, label=typed["what"], due_at=typed["due_at"], **who)
    return _("“%(what)s” by %(time)s: a clock runs for it, you are reminded before.") % {
        "what": typed["what"],
        "time": local(typed["due_at"]),
    }


def _keep(case: Case, form: forms.Form, who: Typed) -> str:
    services.keep_promise(case_id=case.pk, clock_id=form.cleaned_data["clock"], **who)
    return ""


def _drop(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.drop_promise(case_id=case.pk, clock_id=typed["clock"], reason=typed["reason"], **who)
    return ""


def _wait(case: Case, form: forms.Form, who: Typed) -> str:
    services.wait_for_customer(case_id=case.pk, reason=form.cleaned_data["reason"], **who)
    return ""


def _resume(case: Case, _form: forms.Form, who: Typed) -> str:
    services.resume_case(case_id=case.pk, **who)
    return ""


def _report(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.record_report(
        case_id=case.pk, channel=CaseChannel(typed["channel"]), note=typed["note"], **who
    )
    return ""


def _plan(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    channel = CaseChannel(typed["channel"])
    services.reply_plan(case_id=case.pk, text=typed["text"], channel=channel, **who)
    return _("The plan is told (%(channel)s); its clock is met.") % {"channel": channel.label}


def _take(case: Case, _form: forms.Form, who: Typed) -> str:
    services.take_case(case_id=case.pk, **who)
    return ""


def _assign(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    owner: User = typed["owner"]
    services.assign_case(
        case_id=case.pk, owner=owner, unit=typed["unit"], reason=typed["reason"], **who
    )
    return _("%(name)s has the case now and is told; its clocks go along.") % {"name": owner}


def _change(case: Case, form: f.ChangeForm, who: Typed) -> str:
    version = form.cleaned_data["version"]
    services.change_case(case_id=case.pk, version=version, changes=form.changes, **who)
    return ""


def _change_initial(case: Case) -> Typed:
    return {
        "version": case.version,
        "title": case.title,
        "case_class": case.case_class,
        "severity": case.severity,
        "severity_reason": case.severity_reason,
        "is_direct": "yes" if case.is_direct else "no",
        "waybill": case.waybill.number if case.waybill else "",
        "language": case.language,
        "cause": case.cause_id,
    }


def _solve(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    told = CaseChannel(typed["told_by"]) if typed["told_by"] else None
    services.solve_case(
        case_id=case.pk,
        solution=typed["solution"],
        outcome=Outcome(typed["outcome"]),
        cause=typed["cause"],
        told_by=told,
        **who,
    )
    if told is None:
        return _("Solved. The customer has not heard it yet: tell them, then confirm the result.")
    return _("Solved, and told (%(channel)s). Now confirm the result with the customer.") % {
        "channel": told.label
    }


def _confirm(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    answer = services.confirm_result(
        case_id=case.pk,
        score=typed["score"],
        comment=typed["comment"],
        channel=CaseChannel(typed["channel"]),
        **who,
    )
    if answer.state == CaseState.OPEN:
        return _("%(score)d of 5: the case is open again, its clocks run.") % typed
    return _("%(score)d of 5 is on record. The case can be closed.") % typed


def _ask(case: Case, form: forms.Form, who: Typed) -> str:
    channel = CaseChannel(form.cleaned_data["channel"])
    services.ask_satisfaction(case_id=case.pk, channel=channel, **who)
    return _("Asked by %(channel)s; their answer comes back here by itself.") % {
        "channel": channel.label
    }


def _close(case: Case, form: forms.Form, who: Typed) -> str:
    services.close_case(case_id=case.pk, note=form.cleaned_data["note"], **who)
    return ""


def _reopen(case: Case, form: forms.Form, who: Typed) -> str:
    services.reopen_case(case_id=case.pk, reason=form.cleaned_data["reason"], **who)
    return ""


def _cancel(case: Case, form: forms.Form, who: Typed) -> str:
    services.cancel_case(case_id=case.pk, reason=form.cleaned_data["reason"][:200], **who)
    return ""


def _files(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.add_files(
        case_id=case.pk,
        files=typed["files"],
        from_customer=typed["from_customer"] == "yes",
        note=typed["note"],
        **who,
    )
    return ""


def _link(case: Case, form: forms.Form, who: Typed) -> str:
    typed = form.cleaned_data
    services.link_cases(
        case_id=case.pk, other_id=typed["other"].pk, kind=LinkKind(typed["kind"]), **who
    )
    return _("Linked with %(number)s; both timelines say so.") % {"number": typed["other"].number}


def _unlink(case: Case, form: forms.Form, who: Typed) -> str:
    services.unlink_cases(case_id=case.pk, other_id=form.cleaned_data["other"].pk, **who)
    return ""


def _has_way(case: Case) -> bool:
    return bool(ways_to_write(case))


ALL: tuple[Act, ...] = (
    Act(
        "reply", "r", gettext_lazy("Reply"),
        gettext_lazy("Goes to the customer by the channel chosen and counts as the first word and the response."),
        "handle_case", f.ReplyForm, _reply, "", told=True, has_replies=True,
        may=lambda case: case.state in (*LIVE, "closed") and _has_way(case),
    ),
    Act(
        "call", "c", gettext_lazy("Log a call"),
        gettext_lazy("A call that reached them counts as the first word and the response."),
        "handle_case", f.CallForm, _call, gettext_lazy("The call is on record."), told=True,
        may=lambda case: case.state in (*LIVE, "closed"),
    ),
    Act(
        "note", "n", gettext_lazy("Note"), gettext_lazy("For colleagues only; never leaves the house."),
        "handle_case", f.NoteForm, _note, gettext_lazy("The note is on record."),
        may=lambda _case: True,
    ),
    Act(
        "promise", "p", gettext_lazy("Promise"),
        gettext_lazy("“I call back by 15:20” becomes a clock of yours that nothing pauses."),
        "handle_case", f.PromiseForm, _promise, "",
        initial=lambda _case: {"what": _("Call back")},
    ),
    Act(
        "report", "b", gettext_lazy("Report to the leaders"),
        gettext_lazy("You have told them, by phone outside working hours; this puts it on record and meets the report clock."),
        "handle_case", f.ReportForm, _report, gettext_lazy("The report is on record."),
        may=lambda case: case.is_live and case.is_trouble,
    ),
    Act(
        "plan", "l", gettext_lazy("Plan and reply"),
        gettext_lazy("Tell the customer what will be done and by when; meets the plan clock, and the first word with it."),
        "handle_case", f.PlanForm, _plan, "", told=True, has_replies=True,
        may=lambda case: case.is_live and case.state != CaseState.SOLVED,
    ),
    Act(
        "wait", "w", gettext_lazy("Wait for the customer"),
        gettext_lazy("Pauses the clocks whose policy allows it. Their next message or call ends the wait."),
        "handle_case", f.WaitForm, _wait, gettext_lazy("The case waits for the customer."),
        may=lambda case: case.state in ("new", "open"),
    ),
    Act(
        "resume", "g", gettext_lazy("Go on without an answer"),
        gettext_lazy("The paused clocks run on."),
        "handle_case", f.ActForm, _resume, gettext_lazy("The case is in hand again; its clocks run."),
        may=lambda case: case.state == CaseState.WAITING,
    ),
    Act(
        "take", "t", gettext_lazy("Take it"), gettext_lazy("You are responsible from now on."),
        "handle_case", f.ActForm, _take, gettext_lazy("The case is yours."),
        may=lambda case: case.is_live,
    ),
    Act(
        "assign", "a", gettext_lazy("Give to a colleague"),
        gettext_lazy("The case and its clocks go to the new owner, who is told."),
        "assign_case", f.AssignForm, _assign, "",
    ),
    Act(
        "change", "e", gettext_lazy("Change"),
        gettext_lazy("Another class or severity chooses the policy anew; what was done already counts."),
        "change_case", f.ChangeForm, _change, gettext_lazy("Saved."),
        initial=_change_initial,
    ),
    Act(
        "solve", "s", gettext_lazy("Solve"),
        gettext_lazy("State the solution. The case stays open until the customer has confirmed it."),
        "handle_case", f.SolveForm, _solve, "", told=True,
        may=lambda case: case.state in ("new", "open", "waiting"),
        initial=lambda case: {"cause": case.cause_id, "outcome": case.outcome},
    ),
    Act(
        "confirm", "f", gettext_lazy("Confirm the result"),
        gettext_lazy("You have gone through the result with the customer and asked how satisfied they are. 1 or 2 opens the case again."),
        "handle_case", f.ConfirmForm, _confirm, "", told=True,
        may=lambda case: case.state == CaseState.SOLVED,
    ),
    Act(
        "ask", "q", gettext_lazy("Ask how satisfied they are"),
        gettext_lazy("By message, with a link to answer; for when nobody is on the phone."),
        "handle_case", f.AskForm, _ask, "", told=True,
        may=lambda case: case.state in ("solved", "closed") and _has_way(case),
    ),
    Act(
        "close", "x", gettext_lazy("Close"),
        gettext_lazy("Ends the case. A complaint, loss or damage needs its cause, and the customer's word or a note why there is none."),
        "close_case", f.CloseForm, _close, gettext_lazy("The case is closed."), told=True,
        may=lambda case: case.state == CaseState.SOLVED,
    ),
    Act(
        "reopen", "o", gettext_lazy("Take up again"),
        gettext_lazy("The case is taken up again by its owner; its clocks start anew where the policy says so."),
        "close_case", f.ReasonForm, _reopen, gettext_lazy("The case is open again."),
        may=lambda case: case.state in ("solved", "closed"),
    ),
    Act(
        "files", "u", gettext_lazy("Add files"),
        gettext_lazy("Pictures, PDF, Word, Excel or text."),
        "handle_case", f.FileForm, _files, gettext_lazy("The files are on record."),
        may=lambda _case: True,
    ),
    Act(
        "link", "k", gettext_lazy("Link"), gettext_lazy("Two cases that belong together; both say so."),
        "merge_case", f.LinkForm, _link, "",
        may=lambda _case: True,
    ),
    Act(
        "cancel", "d", gettext_lazy("Cancel"),
        gettext_lazy("Opened by mistake, a test or an advertisement: no work, no clocks; it stays on record."),
        "cancel_case", f.ReasonForm, _cancel, gettext_lazy("The case is cancelled."),
        may=lambda case: case.state in ("new", "open", "waiting"), danger=True,
    ),
    Act(
        "keep", "", gettext_lazy("Kept"), "", "handle_case", f.KeepForm, _keep,
        gettext_lazy("The promise is kept."), inline=False,
    ),
    Act(
        "drop", "", gettext_lazy("Drop"), "", "handle_case", f.DropForm, _drop,
        gettext_lazy("The promise need not be kept any more; the reason is on record."), inline=False,
    ),
    Act(
        "unlink", "", gettext_lazy("Remove the link"), "", "merge_case", f.UnlinkForm, _unlink,
        gettext_lazy("The link is removed."), may=lambda _case: True, inline=False,
    ),
)  # fmt: skip
ACTS = {act.name: act for act in ALL}
