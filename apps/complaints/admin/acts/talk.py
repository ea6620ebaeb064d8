"""Talking with the customer about a case: messages, calls, the plan, promises, satisfaction, praise."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import ActContext
from apps.complaints import services
from apps.complaints.acts import CaseAct, calling, is_in, is_live, stands_alone
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind
from apps.complaints.forms.acts import talk as f
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.complaints.rules.ways import ways_to_write
from apps.complaints.states import LIVE
from apps.core.times import local
from apps.sla.models import Clock

_can_talk = is_in(*LIVE, CaseState.CLOSED)


def _has_way(case: Case) -> bool:
    return bool(ways_to_write(case))


def _reply(context: ActContext) -> str:
    typed = context.typed
    channel = CaseChannel(typed["channel"])
    message = NewMessage(EntryKind.MESSAGE_OUT, typed["text"], channel, used=typed["used"])
    services.add_message(
        case_id=context.record.pk, message=message, files=typed["files"], **context.who
    )
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


def _call(context: ActContext) -> str | None:
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


def _plan(context: ActContext) -> str:
    typed = context.typed
    channel = CaseChannel(typed["channel"])
    services.reply_plan(
        case_id=context.record.pk, text=typed["text"], channel=channel, **context.who
    )
    return _("The plan is told (%(channel)s); its clock is met.") % {"channel": channel.label}


def _promise(context: ActContext) -> str:
    typed = context.typed
    services.make_promise(
        case_id=context.record.pk, label=typed["what"], due_at=typed["due_at"], **context.who
    )
    return _("“%(what)s” by %(time)s: a clock runs for it, you are reminded before.") % {
        "what": typed["what"],
        "time": local(typed["due_at"]),
    }


def _settling(service: Callable[..., Any]) -> Callable[[ActContext], None]:
    """Keeping or dropping a promise, which is a clock of the case; 404 for any other."""

    def run(context: ActContext) -> None:
        clock_id = context.typed.pop("clock")
        try:
            calling(partial(service, clock_id=clock_id))(context)
        except Clock.DoesNotExist:
            raise Http404 from None

    return run


def _ask(context: ActContext) -> str:
    channel = CaseChannel(context.typed["channel"])
    services.ask_satisfaction(case_id=context.record.pk, channel=channel, **context.who)
    return _("Asked by %(channel)s; their answer comes back here by itself.") % {
        "channel": channel.label
    }


ACTS = (
    CaseAct(
        "reply",
        gettext_lazy("Reply"),
        "complaints.handle_case",
        _reply,
        explains=gettext_lazy(
            "Goes to the customer by the channel chosen and counts as the first word and the response."
        ),
        form=f.ReplyForm,
        key="r",
        may=lambda case: _can_talk(case) and _has_way(case),
        tells_customer=True,
    ),
    CaseAct(
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
        may=_can_talk,
        tells_customer=True,
    ),
    CaseAct(
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
        tells_customer=True,
    ),
    CaseAct(
        "promise",
        gettext_lazy("Promise"),
        "complaints.handle_case",
        _promise,
        explains=gettext_lazy(
            "“I call back by 15:20” becomes a clock of yours that nothing pauses."
        ),
        form=f.PromiseForm,
        key="p",
        may=is_live,
        initial=lambda _context: {"what": _("Call back")},
    ),
    CaseAct(
        "keep",
        gettext_lazy("Kept"),
        "complaints.handle_case",
        _settling(services.keep_promise),
        done=gettext_lazy("The promise is kept."),
        form=f.KeepForm,
        may=is_live,
        is_panel=False,
    ),
    CaseAct(
        "drop",
        gettext_lazy("Drop"),
        "complaints.handle_case",
        _settling(services.drop_promise),
        done=gettext_lazy("The promise need not be kept any more; the reason is on record."),
        form=f.DropForm,
        may=is_live,
        is_panel=False,
    ),
    CaseAct(
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
        tells_customer=True,
    ),
    CaseAct(
        "praise",
        gettext_lazy("Name the colleague"),
        "complaints.handle_case",
        calling(services.name_colleague),
        explains=gettext_lazy(
            "The colleague and whoever leads them are told at once, in the customer's words."
        ),
        done=gettext_lazy("The colleague is named and told."),
        form=f.PraiseForm,
        key="y",
        may=lambda case: case.case_class == CaseClass.PRAISE and stands_alone(case),
    ),
)
