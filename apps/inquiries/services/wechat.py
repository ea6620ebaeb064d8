"""A WeChat message answered once: whoever redelivers it gets the reply that was given (TRK-8)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Way
from apps.inquiries.models import WeChatBinding
from apps.inquiries.reading import language_of
from apps.inquiries.saying import company, few_lines, one_line
from apps.inquiries.services.answering import answer
from apps.inquiries.services.binding import (
    bound,
    confirm_binding,
    end_bindings,
    openid_index,
    start_binding,
)
from apps.inquiries.services.claiming import claim, keep, key_of, stored
from apps.inquiries.services.wechat_cases import OURS, hear
from apps.inquiries.wechat.commands import Command, understand
from apps.inquiries.wechat.messages import Message
from apps.notifications.services.codes import CODE_LIFE
from apps.notifications.services.people import note_wechat_message
from apps.notifications.services.receipts import record_wechat_outcome
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_OF_MINE = 5


def receive_wechat(message: Message, *, at: datetime) -> str:
    """The reply as text; empty when nothing is to be said. The first delivery does the work, the
    others, even at the same moment, wait for it and get its reply."""
    key = key_of(Way.WECHAT, message.identity)
    known = stored(Way.WECHAT, key)
    if known is not None:
        return str(known.reply)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # The platform hangs up after five seconds and asks again.
            cursor.execute("SET LOCAL lock_timeout = '3s'")
        row = claim(Way.WECHAT, key, at)
        if row is not None:
            language = language_of(message.text)
            command = understand(message)
            with translation.override(language):
                reply, outcome, number = _act(command, message, language, at)
            keep(
                row,
                asker_index=openid_index(message.openid),
                asker_label=_("WeChat user"),
                language=language,
                number=number,
                outcome=outcome,
                reply=reply,
            )
            return reply
    known = stored(Way.WECHAT, key)
    return known.reply if known else ""


def _act(command: Command, message: Message, language: str, at: datetime) -> tuple[str, str, str]:
    """Reply, outcome and waybill number."""
    if message.kind != "event":
        note_wechat_message(openid=message.openid, at=at)
    binding = bound(message.openid)
    heard = hear(command, message, binding, language=language, at=at)
    if heard is not None:
        return heard, "", ""
    if command.verb == "track":
        return _track(command, message, language, binding, at)
    by = system_user("wechat")
    match command.verb:
        case "bind":
            reply = _bind(command, message, language, by, at)
        case "code":
            reply = _confirm(command, message, by, at)
        case "unbind":
            ended = end_bindings(openid=message.openid, by=by, at=at)
            reply = _("Your phone is no longer bound.") if ended else _("No phone is bound.")
        case "mine":
            reply = _mine(message, language, at)
        case "outcome":
            record_wechat_outcome(message.msg_id, command.argument)
            reply = ""
        case _:
            reply = _instructions("help" if command.verb in OURS else command.verb)
    return reply, "", ""


def _track(
    command: Command,
    message: Message,
    language: str,
    binding: WeChatBinding | None,
    at: datetime,
) -> tuple[str, str, str]:
    asker = _asker(message, language, binding)
    answers = [answer(number, asker, at=at) for number in command.numbers]
    first = answers[0]
    reply = few_lines(first) if len(answers) == 1 else "\n".join(one_line(one) for one in answers)
    return reply, first.outcome, first.number


def _asker(message: Message, language: str, binding: WeChatBinding | None) -> Asker:
    index = binding.phone_index if binding else ""
    return Asker(Way.WECHAT, message.openid, language, phone_index=index)


def _mine(message: Message, language: str, at: datetime) -> str:
    binding = bound(message.openid)
    if binding is None:
        return _instructions("how_to_bind")
    index = binding.phone_index
    numbers = list(
        Waybill.objects.filter(Q(sender_phone_index=index) | Q(consignee_phone_index=index))
        .order_by("-id")
        .values_list("number", flat=True)[:MOST_OF_MINE]
    )
    if not numbers:
        return _("No shipment belongs to your phone.")
    asker = _asker(message, language, binding)
    return "\n".join(one_line(answer(number, asker, at=at)) for number in numbers)


def _bind(command: Command, message: Message, language: str, by: "User", at: datetime) -> str:
    try:
        binding = start_binding(
            openid=message.openid, phone=command.argument, language=language, by=by, at=at
        )
    except RuleBroken as problem:
        return str(problem)
    return _("We sent a code to %(phone)s. Reply with its six digits within %(n)d minutes.") % {
        "phone": binding.phone_label,
        "n": int(CODE_LIFE.total_seconds() // 60),
    }


def _confirm(command: Command, message: Message, by: "User", at: datetime) -> str:
    result = confirm_binding(openid=message.openid, code=command.argument, by=by, at=at)
    return {
        "confirmed": _("Your phone is bound. You now see your own shipments in full."),
        "wrong": _("This code is wrong. Check it and reply again."),
        "expired": _("This code is no longer valid. Ask for a new one."),
        "nothing": _instructions("help"),
    }[result]


def _instructions(verb: str) -> str:
    if verb == "how_to_bind":
        return _("Reply “bind” and your mobile number, for example: bind 13800138000")
    if verb == "welcome":
        return _("Welcome to %(company)s.") % {"company": company()} + "\n" + _instructions("help")
    if verb == "help":
        return _(
            "Send a waybill number, or scan the code on the waybill, and we tell you where it is. "
            "If something went wrong, reply “complain”."
        )
    return ""
