"""Who may listen to what: shipments by API key, one's own chat by its cookie, a desk by its ticket.

Each runs on a thread with a database and answers with a listener or a refusal.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import parse_qs

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import find_api_key, is_active_user
from apps.accounts.services import check_api_key_address, note_api_key_use
from apps.chat.queries.visitor import chat_by_token
from apps.chat.tokens import COOKIE, TICKET_LIFE, open_token, read_ticket
from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import asker
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Outcome, Way
from apps.inquiries.queries.streams import find_followed
from apps.inquiries.services.answering import note
from apps.inquiries.services.counting import count_miss, may_ask
from apps.inquiries.streams.hub import Listener, Topic
from apps.tracking.numbers import parse_waybill_number

SCOPE = "waybills:read"
# Pages of one chat or one desk that may be open at a time.
PER_VISITOR, PER_DESK = 6, 12


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a request brings: ``word`` is the part of its path that differs, ``remote`` the other
    end of the connection."""

    word: str
    headers: Mapping[str, str]
    query: str
    remote: str = ""

    @property
    def address(self) -> IPv4Address | IPv6Address:
        return asker(self.remote, self.headers.get("x-forwarded-for", ""))


Door = Callable[[StreamRequest], Listener | Refusal]


def door_of(path: str) -> tuple[Door, str] | None:
    """The door behind an address, and the part of the address that it is told."""
    for shape, door in _DOORS:
        if match := shape.fullmatch(path):
            return door, match[1] if match.groups() else ""
    return None


def let_in(request: StreamRequest) -> Listener | Refusal:
    """The key's scope and what its user may see; counted and recorded like any other question."""
    if request.query:
        return Refusal(400, "unknown_parameter", _("There is no such parameter."))
    now = timezone.now()
    key = find_api_key(_key(request.headers), at=now)
    if key is None:
        return Refusal(401, "bad_key")
    try:
        check_api_key_address(key, request.address, at=now)
    except RuleBroken as refusal:
        return Refusal(403, refusal.code, str(refusal))
    note_api_key_use(key=key, at=now)
    if SCOPE not in key.scopes:
        return Refusal(403, "permission_denied")
    asker = Asker(Way.API, str(key.pk))
    if not may_ask(asker, now):
        return Refusal(429, "throttled")
    try:
        canonical = parse_waybill_number(request.word)
    except BadInput:
        return Refusal(404, "not_found")
    waybill_id = find_followed(canonical, key.user)
    if waybill_id is None and not count_miss(asker, now):
        return Refusal(429, "throttled")
    outcome = Outcome.UNKNOWN if waybill_id is None else Outcome.ANSWERED
    note(asker, outcome, number=canonical, at=now)
    if waybill_id is None:
        return Refusal(404, "not_found")
    return Listener(Topic.SHIPMENT, waybill_id, key_id=key.pk, address=request.address)


def let_in_visitor(request: StreamRequest) -> Listener | Refusal:
    """Their own chat while it goes on. A cookie that we did not sign asks no database."""
    token = open_token(_cookie(request.headers.get("cookie", "")))
    chat = chat_by_token(token) if token else None
    if chat is None or not chat.is_live:
        return Refusal(404, "not_found")
    return Listener(Topic.CHAT, chat.pk, most=PER_VISITOR)


def let_in_desk(request: StreamRequest) -> Listener | Refusal:
    """An agent's chat page. Its ticket opens this bell alone, and for some minutes only."""
    user_id = read_ticket(parse_qs(request.query).get("ticket", [""])[0])
    if user_id is None or not is_active_user(user_id):
        return Refusal(403, "permission_denied")
    return Listener(Topic.DESK, user_id, most=PER_DESK, lasts=TICKET_LIFE)


_DOORS: tuple[tuple[re.Pattern[str], Door], ...] = (
    (re.compile(r"/api/v1/waybills/([^/]{1,40})/stream"), let_in),
    (re.compile(r"/chat/stream"), let_in_visitor),
    (re.compile(r"/admin/desk/chats/stream"), let_in_desk),
)


def _key(headers: Mapping[str, str]) -> str:
    name, _space, value = headers.get("authorization", "").partition(" ")
    return value.strip() if name.lower() == "bearer" else headers.get("x-api-key", "")


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header[:4096]).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
