"""What can be done to one case from its page: a key, a form, a service, and what is said after."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.backoffice.acts import Act, Doing
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, LinkKind, Outcome
from apps.complaints.forms import acts as f
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.complaints.rules.ways import ways_to_write
from apps.core.times import local
from apps.sla.models import Clock

LIVE = ("new", "open", "waiting", "solved")
# What services call a field, where the form calls it otherwise.
FIELDS = {"closing_note": "note", "label": "what", "waybill_id": "waybill"}


def _is_live(case: Case) -> bool:
    return case.is_live


def _of_case(doing: Doing) -> dict[str, Any]:
    return {"case": doing.record}


def _reply(doing: Doing) -> str:
    typed = doing.typed
    channel = CaseChannel(typed["channel"])
    said = NewMessage(EntryKind.MESSAGE_OUT, typed["text"], channel)
    services.add_message(case_id=doing.record.pk, said=said, files=typed["files"], **doing.who)
    told = _(
        "To go out by %(channel)s; beneath the answer stands when it has left. "
        "The first word counts from now."
    )
    if typed["then_wait"] and doing.record.state != CaseState.WAITING:
        services.wait_for_customer(
            case_id=doing.record.pk, reason=_("Asked by the last reply."), **doing.who
        )
        told = _(
            "To go out by %(channel)s; beneath the answer stands when it has left. "
            "The case waits for theirs."
        )
    return told % {"channel": channel.label}


def _note(doing: Doing) -> None:
    typed = doing.typed
    services.add_note(
        case_id=doing.record.pk, text=typed["text"], files=typed["files"], **doing.who
    )


def _call(doing: Doing) -> str | None:
    typed = doing.typed
    incoming, reached = typed["direction"] == "in", typed["reached"] == "yes"
    services.log_call(
        case_id=doing.record.pk, incoming=incoming, reached=reached, text=typed["text"], **doing.who
    )
    if not incoming and not reached:
        return _("On record. Nobody was reached, so no clock is met by this call.")
    return None


def _promise(doing: Doing) -> str:
    typed = doing.typed
    services.make_promise(
        case_id=doing.record.pk, label=typed["what"], due_at=typed["due_at"], **doing.who
    )
    return _("“%(what)s” by %(time)s: a clock runs for it, you are reminded before.") % {
        "what": typed["what"],
        "time": local(typed["due_at"]),
    }


def _keep(doing: Doing) -> None:
    try:
        services.keep_promise(case_id=doing.record.pk, clock_id=doing.typed["clock"], **doing.who)
    except Clock.DoesNotExist:
        raise Http404 from None


def _drop(doing: Doing) -> None:
    typed = doing.typed
    try:
        services.drop_promise(
            case_id=doing.record.pk, clock_id=typed["clock"], reason=typed["reason"], **doing.who
        )
    except Clock.DoesNotExist:
        raise Http404 from None


def _wait(doing: Doing) -> None:
    services.wait_for_customer(case_id=doing.record.pk, reason=doing.typed["reason"], **doing.who)


def _resume(doing: Doing) -> None:
    services.resume_case(case_id=doing.record.pk, **doing.who)


def _report(doing: Doing) -> None:
    typed = doing.typed
    services.record_report(
        case_id=doing.record.pk,
        channel=CaseChannel(typed["channel"]),
        note=typed["note"],
        **doing.who,
    )


def _plan(doing: Doing) -> str:
    typed = doing.typed
    channel = CaseChannel(typed["channel"])
    services.reply_plan(case_id=doing.record.pk, text=typed["text"], channel=channel, **doing.who)
    return _("The plan is told (%(channel)s); its clock is met.") % {"channel": channel.label}


def _take(doing: Doing) -> None:
    services.take_case(case_id=doing.record.pk, **doing.who)


def _assign(doing: Doing) -> str:
    typed = doing.typed
    owner: User = typed["owner"]
    services.assign_case(
        case_id=doing.record.pk,
        owner=owner,
        unit=typed["unit"],
        reason=typed["reason"],
        **doing.who,
    )
    return _("%(name)s has the case now and is told; its clocks go along.") % {"name": owner}


def _change(doing: Doing) -> None:
    version = doing.typed["version"]
    services.change_case(
        case_id=doing.record.pk, version=version, changes=doing.form.changes, **doing.who
    )


def _change_initial(doing: Doing) -> dict[str, Any]:
    case: Case = doing.record
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


def _solve(doing: Doing) -> str:
    typed = doing.typed
    told = CaseChannel(typed["told_by"]) if typed["told_by"] else None
    services.solve_case(
        case_id=doing.record.pk,
        solution=typed["solution"],
        outcome=Outcome(typed["outcome"]),
        cause=typed["cause"],
        told_by=told,
        **doing.who,
    )
    if told is None:
        return _("Solved. The customer has not heard it yet: tell them, then confirm the result.")
    return _("Solved, and told (%(channel)s). Now confirm the result with the customer.") % {
        "channel": told.label
    }


def _confirm(doing: Doing) -> str:
    typed = doing.typed
    answer = services.confirm_result(
        case_id=doing.record.pk,
        score=typed["score"],
        comment=typed["comment"],
        channel=CaseChannel(typed["channel"]),
        **doing.who,
    )
    if answer.state == CaseState.OPEN:
        return _("%(score)d of 5: the case is open again, its clocks run.") % typed
    return _("%(score)d of 5 is on record. The case can be closed.") % typed


def _ask(doing: Doing) -> str:
    channel = CaseChannel(doing.typed["channel"])
    services.ask_satisfaction(case_id=doing.record.pk, channel=channel, **doing.who)
    return _("Asked by %(channel)s; their answer comes back here by itself.") % {
        "channel": channel.label
    }


def _close(doing: Doing) -> None:
    services.close_case(case_id=doing.record.pk, note=doing.typed["note"], **doing.who)


def _reopen(doing: Doing) -> None:
    services.reopen_case(case_id=doing.record.pk, reason=doing.typed["reason"], **doing.who)


def _cancel(doing: Doing) -> None:
    services.cancel_case(case_id=doing.record.pk, reason=doing.typed["reason"][:200], **doing.who)


def _files(doing: Doing) -> None:
    typed = doing.typed
    services.add_files(
        case_id=doing.record.pk,
        files=typed["files"],
        from_customer=typed["from_customer"] == "yes",
        note=typed["note"],
        **doing.who,
    )


def _link(doing: Doing) -> str:
    typed = doing.typed
    services.link_cases(
        case_id=doing.record.pk,
        other_id=typed["other"].pk,
        kind=LinkKind(typed["kind"]),
        **doing.who,
    )
    return _("Linked with %(number)s; both timelines say so.") % {"number": typed["other"].number}


def _unlink(doing: Doing) -> None:
    services.unlink_cases(case_id=doing.record.pk, other_id=doing.typed["other"].pk, **doing.who)


def _has_way(case: Case) -> bool:
    return bool(ways_to_write(case))


ALL: tuple[Act, ...] = (
    Act(
        "reply",
        gettext_lazy("Reply"),
        "complaints.handle_case",
        _reply,
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
        _call,
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
        _note,
        explains=gettext_lazy("For colleagues only; never leaves the house."),
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
        _promise,
        explains=gettext_lazy(
            "“I call back by 15:20” becomes a clock of yours that nothing pauses."
        ),
        form=f.PromiseForm,
        key="p",
        may=_is_live,
        initial=lambda _doing: {"what": _("Call back")},
        options=_of_case,
        fields=FIELDS,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "report",
        gettext_lazy("Report to the leaders"),
        "complaints.handle_case",
        _report,
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
        _plan,
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
        _wait,
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
        _resume,
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
        _take,
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
        _assign,
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
        _change,
        explains=gettext_lazy(
            "Another class or severity chooses the policy anew; what was done already counts."
        ),
        done=gettext_lazy("Saved."),
        form=f.ChangeForm,
        key="e",
        may=_is_live,
        initial=_change_initial,
        options=_of_case,
        fields=FIELDS,
        is_button=False,
        is_panel=True,
    ),
    Act(
        "solve",
        gettext_lazy("Solve"),
        "complaints.handle_case",
        _solve,
        explains=gettext_lazy(
            "State the solution. The case stays open until the customer has confirmed it."
        ),
        form=f.SolveForm,
        key="s",
        may=lambda case: case.state in ("new", "open", "waiting"),
        initial=lambda doing: {"cause": doing.record.cause_id, "outcome": doing.record.outcome},
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
        _confirm,
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
        _ask,
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
        _close,
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
        _reopen,
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
        _files,
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
        _link,
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
        _cancel,
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
        _keep,
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
        _drop,
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
        _unlink,
        done=gettext_lazy("The link is removed."),
        form=f.UnlinkForm,
        may=lambda _case: True,
        options=_of_case,
        is_button=False,
    ),
)
