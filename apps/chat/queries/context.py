"""What stands beside a chat: shipment, customer, history, ready-made answers (CMP-1)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from apps.chat.models import Chat
from apps.complaints.models import Case
from apps.complaints.queries.history import history_of, open_cases_of_waybill
from apps.complaints.queries.words import shipment_variables
from apps.knowledge import queries as knowledge
from apps.knowledge.rules.replies import fill_reply
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN = 6


@dataclass(frozen=True, slots=True)
class ChatContext:
    """``waybill`` only if the agent may see it. ``open_cases`` are those the chat may belong to;
    ``earlier`` what this contact or customer brought before."""

    chat: Chat
    waybill: Waybill | None
    open_cases: list[Case]
    earlier: list[Case]


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    title: str
    text: str


def context_of(chat: Chat, user: "User") -> ChatContext:
    """In a fixed number of queries; nothing that ``user`` could not find elsewhere."""
    waybill = visible_waybill(chat, user)
    of_waybill = open_cases_of_waybill(user, waybill.pk)[:SHOWN] if waybill else []
    of_contact = list(history_of(user, phone=chat.phone, email=chat.email)[:SHOWN])
    of_customer = history_of(user, customer_id=waybill.customer_id)[:SHOWN] if waybill else []
    live = [case for case in of_contact if case.is_live]
    open_cases = _apart([*of_waybill, *live], {chat.case_id})
    shown = {chat.case_id, *(case.pk for case in open_cases)}
    return ChatContext(chat, waybill, open_cases, _apart([*of_contact, *of_customer], shown))


def _apart(cases: list[Case], shown: set[int | None]) -> list[Case]:
    """Each once, without those that stand elsewhere."""
    found = {case.pk: case for case in cases if case.pk not in shown}
    return list(found.values())[:SHOWN]


def visible_waybill(chat: Chat, user: "User") -> Waybill | None:
    if chat.waybill_id is None or not user.has_perm("tracking.view_waybill"):
        return None
    shipments = Waybill.objects.visible_to(user).select_related(
        "customer__agent", "responsible_unit", "carrier"
    )
    return shipments.filter(pk=chat.waybill_id).first()


def answers_for_chat(chat: Chat, user: "User") -> list[Answer]:
    """Replies in the visitor's language, filled; ``{contact}`` is put in when it is sent."""
    rows = knowledge.replies(chat.language, timezone.now())
    with override(chat.language):
        english = chat.language.startswith("en")
        waybill = visible_waybill(chat, user)
        values = {
            "agent": user.display_name,
            "company": settings.COMPANY_NAME_EN if english else settings.COMPANY_NAME,
            "hotline": settings.COMPANY_PHONE,
            "case": chat.case.number if chat.case else "",
            **(shipment_variables(waybill) if waybill else {}),
        }
        return [Answer(row.article.code, row.title, fill_reply(row.reply, values)) for row in rows]
