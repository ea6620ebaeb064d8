"""An agent sits down at the chat desk and gets up again; how many chats each may have (CMP-1)."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.chat.enums import ChatState, TurnEnd
from apps.chat.models import Chat, ChatSeat
from apps.chat.services.giving import give_waiting, queue_again
from apps.chat.services.rows import lock_chat, lock_seat, machine
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.training.enums import Area
from apps.training.queries import check_may_work

MOST = 12
_SEEN = """
UPDATE chat_chatseat SET seen_at = statement_timestamp() WHERE user_id = ANY(%s)
AND (seen_at IS NULL OR seen_at < statement_timestamp() - interval '5 seconds')
"""


def open_seat(*, by: User, at: datetime) -> ChatSeat:
    """From now on chats ring here."""
    if not by.has_perm("chat.handle_chat"):
        raise RuleBroken(_("You may not answer chats."), code="not_allowed")
    check_may_work(by, Area.CHAT, at)
    with transaction.atomic():
        now = database_now()
        seat = lock_seat(by, by=by, now=now)
        if not seat.is_open:
            seat.is_open, seat.missed = True, 0
            seat.seen_at, seat.idle_since = now, seat.idle_since or now
            seat.changed_at, seat.changed_by = now, by
            seat.save()
            record("chat_seat.opened", seat, by=by, at=at)
    give_waiting(by=machine(), at=at)
    return seat


def close_seat(*, by: User, at: datetime) -> ChatSeat:
    """No more chats ring here; what rings goes to somebody else, what is in conversation stays."""
    ringing = Chat.objects.filter(agent=by.pk, state=ChatState.OFFERED)
    for chat_id in list(ringing.values_list("pk", flat=True)):
        with transaction.atomic():
            chat = lock_chat(chat_id)
            if chat.agent_id == by.pk and chat.state == ChatState.OFFERED:
                queue_again(chat, TurnEnd.DECLINED, by=by, at=at, now=database_now())
    with transaction.atomic():
        now = database_now()
        seat = lock_seat(by, by=by, now=now)
        if seat.is_open:
            seat.is_open, seat.changed_at, seat.changed_by = False, now, by
            seat.save()
            record("chat_seat.closed", seat, by=by, at=at)
    give_waiting(by=machine(), at=at)
    return seat


def touch_seat(*, by: User) -> None:
    """The agent's page asked for news; written every few seconds at most."""
    touch_seats([by.pk])


def touch_seats(user_ids: Collection[int]) -> None:
    """The pages of these agents are open: they hold a line to us."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [list(user_ids)])


@transaction.atomic
def set_seat(*, user: User, most: int | None, shown_name: str, by: User, at: datetime) -> ChatSeat:
    """How many chats ``user`` may have at a time (None: as the company) and what visitors call them."""
    if most is not None and not 1 <= most <= MOST:
        raise BadInput(
            _("Between 1 and %(n)d chats at a time.") % {"n": MOST}, code="bad_number", field="most"
        )
    now = database_now()
    seat = lock_seat(user, by=by, now=now)
    was = {"most": seat.most, "shown_name": seat.shown_name}
    seat.most, seat.shown_name = most, " ".join(shown_name.split())[:20]
    seat.changed_at, seat.changed_by = now, by
    seat.save()
    data = {"was": was, "most": seat.most, "shown_name": seat.shown_name}
    record("chat_seat.changed", seat, by=by, at=at, data=data)
    return seat
