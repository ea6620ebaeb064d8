"""What each act on a case calls, and what is said afterwards."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.acts import ActContext
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, LinkKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.core.times import local
from apps.sla.models import Clock


def reply(context: ActContext) -> str:
    typed = context.typed
    channel = CaseChannel(typed["channel"])
    said = NewMessage(EntryKind.MESSAGE_OUT, typed["text"], channel, used=typed["used"])
    services.add_message(case_id=context.record.pk, said=said, files=typed["files"], **context.who)
    sentence = _(
        "To go out by %(channel)s; beneath the answer stands when it has left. "
        "The first word counts from now."
    )
    if typed["then_wait"] and context.record.state != CaseState.WAITING:
        services.wait_for_customer(
            case_id=context.record.pk, reason=_("Asked by the last reply."), **context.who
        )
        sentence = _(
            "To go out by %(channel)s; beneath the answer stands when it has left. "
            "The case waits for theirs."
        )
    return sentence % {"channel": channel.label}


def note(context: ActContext) -> None:
    typed = context.typed
    services.add_note(
        case_id=context.record.pk, text=typed["text"], files=typed["files"], **context.who
    )


def call(context: ActContext) -> str | None:
    typed = context.typed
    incoming, reached = typed["direction"] == "in", typed["reached"] == "yes"
    services.log_call(
        case_id=context.record.pk,
        incoming=incoming,
        reached=reached,
        text=typed["text"],
        **context.who,
    )
    if not incoming and not reached:
        return _("On record. Nobody was reached, so no clock is met by this call.")
    return None


def promise(context: ActContext) -> str:
    typed = context.typed
    services.make_promise(
        case_id=context.record.pk, label=typed["what"], due_at=typed["due_at"], **context.who
    )
    return _("“%(what)s” by %(time)s: a clock runs for it, you are reminded before.") % {
        "what": typed["what"],
        "time": local(typed["due_at"]),
    }


def keep(context: ActContext) -> None:
    try:
        services.keep_promise(
            case_id=context.record.pk, clock_id=context.typed["clock"], **context.who
        )
    except Clock.DoesNotExist:
        raise Http404 from None


def drop(context: ActContext) -> None:
    typed = context.typed
    try:
        services.drop_promise(
            case_id=context.record.pk,
            clock_id=typed["clock"],
            reason=typed["reason"],
            **context.who,
        )
    except Clock.DoesNotExist:
        raise Http404 from None


def wait(context: ActContext) -> None:
    services.wait_for_customer(
        case_id=context.record.pk, reason=context.typed["reason"], **context.who
    )


def resume(context: ActContext) -> None:
    services.resume_case(case_id=context.record.pk, **context.who)


def report(context: ActContext) -> None:
    typed = context.typed
    services.record_report(
        case_id=context.record.pk,
        channel=CaseChannel(typed["channel"]),
        note=typed["note"],
        **context.who,
    )


def plan(context: ActContext) -> str:
    typed = context.typed
    channel = CaseChannel(typed["channel"])
    services.reply_plan(
        case_id=context.record.pk, text=typed["text"], channel=channel, **context.who
    )
    return _("The plan is told (%(channel)s); its clock is met.") % {"channel": channel.label}


def take(context: ActContext) -> None:
    services.take_case(case_id=context.record.pk, **context.who)


def assign(context: ActContext) -> str:
    typed = context.typed
    owner: User = typed["owner"]
    services.assign_case(
        case_id=context.record.pk,
        owner=owner,
        unit=typed["unit"],
        reason=typed["reason"],
        **context.who,
    )
    return _("%(name)s has the case now and is told; its clocks go along.") % {"name": owner}


def change(context: ActContext) -> None:
    version = context.typed["version"]
    services.change_case(
        case_id=context.record.pk, version=version, changes=context.form.changes, **context.who
    )


def change_initial(context: ActContext) -> dict[str, Any]:
    case: Case = context.record
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


def solve(context: ActContext) -> str:
    typed = context.typed
    sentence = CaseChannel(typed["told_by"]) if typed["told_by"] else None
    services.solve_case(
        case_id=context.record.pk,
        solution=typed["solution"],
        outcome=Outcome(typed["outcome"]),
        cause=typed["cause"],
        told_by=sentence,
        **context.who,
    )
    if sentence is None:
        return _("Solved. The customer has not heard it yet: tell them, then confirm the result.")
    return _("Solved, and told (%(channel)s). Now confirm the result with the customer.") % {
        "channel": sentence.label
    }


def confirm(context: ActContext) -> str:
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


def ask(context: ActContext) -> str:
    channel = CaseChannel(context.typed["channel"])
    services.ask_satisfaction(case_id=context.record.pk, channel=channel, **context.who)
    return _("Asked by %(channel)s; their answer comes back here by itself.") % {
        "channel": channel.label
    }


def close(context: ActContext) -> None:
    services.close_case(case_id=context.record.pk, note=context.typed["note"], **context.who)


def reopen(context: ActContext) -> None:
    services.reopen_case(case_id=context.record.pk, reason=context.typed["reason"], **context.who)


def cancel(context: ActContext) -> None:
    services.cancel_case(
        case_id=context.record.pk, reason=context.typed["reason"][:200], **context.who
    )


def files(context: ActContext) -> None:
    typed = context.typed
    services.add_files(
        case_id=context.record.pk,
        files=typed["files"],
        from_customer=typed["from_customer"] == "yes",
        note=typed["note"],
        **context.who,
    )


def link(context: ActContext) -> str:
    typed = context.typed
    services.link_cases(
        case_id=context.record.pk,
        other_id=typed["other"].pk,
        kind=LinkKind(typed["kind"]),
        **context.who,
    )
    return _("Linked with %(number)s; both timelines say so.") % {"number": typed["other"].number}


def unlink(context: ActContext) -> None:
    services.unlink_cases(
        case_id=context.record.pk, other_id=context.typed["other"].pk, **context.who
    )
