"""What each act on a case calls, and what is said afterwards."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.acts import Doing
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, LinkKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.core.times import local
from apps.sla.models import Clock


def reply(doing: Doing) -> str:
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


def note(doing: Doing) -> None:
    typed = doing.typed
    services.add_note(
        case_id=doing.record.pk, text=typed["text"], files=typed["files"], **doing.who
    )


def call(doing: Doing) -> str | None:
    typed = doing.typed
    incoming, reached = typed["direction"] == "in", typed["reached"] == "yes"
    services.log_call(
        case_id=doing.record.pk, incoming=incoming, reached=reached, text=typed["text"], **doing.who
    )
    if not incoming and not reached:
        return _("On record. Nobody was reached, so no clock is met by this call.")
    return None


def promise(doing: Doing) -> str:
    typed = doing.typed
    services.make_promise(
        case_id=doing.record.pk, label=typed["what"], due_at=typed["due_at"], **doing.who
    )
    return _("“%(what)s” by %(time)s: a clock runs for it, you are reminded before.") % {
        "what": typed["what"],
        "time": local(typed["due_at"]),
    }


def keep(doing: Doing) -> None:
    try:
        services.keep_promise(case_id=doing.record.pk, clock_id=doing.typed["clock"], **doing.who)
    except Clock.DoesNotExist:
        raise Http404 from None


def drop(doing: Doing) -> None:
    typed = doing.typed
    try:
        services.drop_promise(
            case_id=doing.record.pk, clock_id=typed["clock"], reason=typed["reason"], **doing.who
        )
    except Clock.DoesNotExist:
        raise Http404 from None


def wait(doing: Doing) -> None:
    services.wait_for_customer(case_id=doing.record.pk, reason=doing.typed["reason"], **doing.who)


def resume(doing: Doing) -> None:
    services.resume_case(case_id=doing.record.pk, **doing.who)


def report(doing: Doing) -> None:
    typed = doing.typed
    services.record_report(
        case_id=doing.record.pk,
        channel=CaseChannel(typed["channel"]),
        note=typed["note"],
        **doing.who,
    )


def plan(doing: Doing) -> str:
    typed = doing.typed
    channel = CaseChannel(typed["channel"])
    services.reply_plan(case_id=doing.record.pk, text=typed["text"], channel=channel, **doing.who)
    return _("The plan is told (%(channel)s); its clock is met.") % {"channel": channel.label}


def take(doing: Doing) -> None:
    services.take_case(case_id=doing.record.pk, **doing.who)


def assign(doing: Doing) -> str:
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


def change(doing: Doing) -> None:
    version = doing.typed["version"]
    services.change_case(
        case_id=doing.record.pk, version=version, changes=doing.form.changes, **doing.who
    )


def change_initial(doing: Doing) -> dict[str, Any]:
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


def solve(doing: Doing) -> str:
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


def confirm(doing: Doing) -> str:
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


def ask(doing: Doing) -> str:
    channel = CaseChannel(doing.typed["channel"])
    services.ask_satisfaction(case_id=doing.record.pk, channel=channel, **doing.who)
    return _("Asked by %(channel)s; their answer comes back here by itself.") % {
        "channel": channel.label
    }


def close(doing: Doing) -> None:
    services.close_case(case_id=doing.record.pk, note=doing.typed["note"], **doing.who)


def reopen(doing: Doing) -> None:
    services.reopen_case(case_id=doing.record.pk, reason=doing.typed["reason"], **doing.who)


def cancel(doing: Doing) -> None:
    services.cancel_case(case_id=doing.record.pk, reason=doing.typed["reason"][:200], **doing.who)


def files(doing: Doing) -> None:
    typed = doing.typed
    services.add_files(
        case_id=doing.record.pk,
        files=typed["files"],
        from_customer=typed["from_customer"] == "yes",
        note=typed["note"],
        **doing.who,
    )


def link(doing: Doing) -> str:
    typed = doing.typed
    services.link_cases(
        case_id=doing.record.pk,
        other_id=typed["other"].pk,
        kind=LinkKind(typed["kind"]),
        **doing.who,
    )
    return _("Linked with %(number)s; both timelines say so.") % {"number": typed["other"].number}


def unlink(doing: Doing) -> None:
    services.unlink_cases(case_id=doing.record.pk, other_id=doing.typed["other"].pk, **doing.who)
