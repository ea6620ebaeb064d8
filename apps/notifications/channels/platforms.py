"""What WeCom, DingTalk and Feishu have in common: a card with buttons, to a person by the company's own
application there, or to a group by the group's robot.

The limits are per robot and per person, in sliding windows in the database (``services.claiming``): what is over
them waits and nothing is lost, whoever is killed meanwhile. Our windows are some seconds longer than the
provider's, because messages travel.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core import http, tokens
from apps.core.public_links import public_link
from apps.notifications.channels.base import Channel, Message, Outcome, within
from apps.notifications.enums import Effect
from apps.notifications.models import GroupRobot, ProviderState
from apps.notifications.queries.taking import is_takeable
from apps.notifications.take_links import take_key

if TYPE_CHECKING:
    from apps.notifications.models import Delivery

TITLE, TEXT = 64, 500  # characters; the whole of it is behind the link
# A robot's message that stands in the group twice does less harm than one that is missing.
REPEATED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Codes:
    """What a provider's codes mean; every other one refuses for good. ``later``: code → seconds."""

    later: Mapping[str, float]
    token: frozenset[str] = frozenset()
    address: frozenset[str] = frozenset()
    # About this one message alone: the provider itself is well.
    message: frozenset[str] = frozenset()
    names: tuple[str, str] = ("errcode", "errmsg")


@dataclass(frozen=True)
class Card:
    """What is shown, in the message's language. Without ``take`` nothing can be taken from it."""

    title: str
    text: str
    link: str
    open: str
    take: str = ""
    take_link: str = ""
    key: str = ""


@dataclass(frozen=True)
class Prepared:
    """``robot``: the group's, if it is on."""

    can_take: bool = False
    robot: GroupRobot | None = field(default=None, compare=False)


def absolute(link: str) -> str:
    """Staff pages are linked from the root; a card leads there from outside."""
    site = str(getattr(settings, "SITE_URL", "")).rstrip("/")
    if not link:
        return f"{site}/admin/"
    return f"{site}{link}" if link.startswith("/") else link


def card_of(message: Message) -> Card:
    can_take = isinstance(message.extra, Prepared) and message.extra.can_take
    title = message.subject or message.text.partition("\n")[0]
    key = take_key(message.delivery_id) if can_take else ""
    with translation.override(message.language):
        return Card(
            title=_cut(title, TITLE),
            text=_cut(message.text, TEXT),
            link=absolute(message.link),
            open=_("Open the page"),
            take=_("I will handle it") if can_take else "",
            take_link=public_link("admin:notifications_delivery_take", key) if can_take else "",
            key=key,
        )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def base(name: str) -> str:
    return str(getattr(settings, name, "")).rstrip("/")


def post(
    url: str,
    body: Mapping[str, Any],
    *,
    begin: Callable[[], None] = lambda: None,
    headers: Mapping[str, str] | None = None,
) -> http.Answer:
    """Raises NotSent and PerhapsSent."""
    return http.request(
        "POST",
        url,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"content-type": "application/json; charset=utf-8", **(headers or {})},
        rules=http.Rules(
            timeout=float(getattr(settings, "PLATFORMS_TIMEOUT", 8.0)), check_address=False
        ),
        begin=begin,
    )


def attempt(send: Callable[[], http.Answer], read: Callable[[http.Answer], Outcome]) -> Outcome:
    try:
        answer = send()
    except http.NotSent as error:
        return Outcome(Effect.RETRY, str(error), trouble=True)
    except http.PerhapsSent as error:
        return Outcome(Effect.AMBIGUOUS, str(error), trouble=True)
    return read(answer)


def as_object(answer: http.Answer) -> dict[str, Any]:
    """Empty for what is no JSON object."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def read_code(answer: http.Answer, codes: Codes, ref: Callable[[Any], str]) -> Outcome:
    """An answer without a code is nobody's word: whether the message arrived is open."""
    body = as_object(answer)
    code = body.get(codes.names[0])
    if isinstance(code, bool) or not isinstance(code, int | str) or code == "":
        return Outcome(Effect.AMBIGUOUS, f"http_{answer.status}", trouble=True)
    code = str(code)[:60]
    facts = {"code": code, "text": str(body.get(codes.names[1], ""))[:120]}
    if code == "0":
        return Outcome(Effect.ACCEPTED, code, ref=ref(body)[:80], answer=facts)
    return refusal(code, codes, facts)


def refusal(code: str, codes: Codes, facts: Mapping[str, Any]) -> Outcome:
    if code in codes.token:
        return Outcome(Effect.RETRY, code, answer=facts, retry_after=1.0)
    if code in codes.later:
        return Outcome(Effect.RETRY, code, answer=facts, retry_after=codes.later[code])
    if code in codes.address:
        return Outcome(Effect.SUPPRESSED, code, answer=facts)
    return Outcome(Effect.FAILED, code, answer=facts, trouble=code not in codes.message)


class PersonChannel(Channel):
    """To a colleague whose account at the platform was entered."""

    concurrency = 2
    begins_itself = True
    waits = (10, 60, 300, 1800)
    lease = timedelta(seconds=60)
    address_limits = ((65, 30), (3700, 1000))
    codes = Codes(later={})
    per_second = 20.0

    def pace(self) -> tuple[float, float]:
        return within(self.per_second)

    def prepare(self, delivery: "Delivery") -> Prepared:
        return Prepared(can_take=is_takeable(delivery))

    def fetch_token(self) -> tuple[str, int]:
        """(token, seconds it lives). Raises NoToken."""
        raise NotImplementedError

    def deliver(self, message: Message, token: str) -> Outcome:
        raise NotImplementedError

    def send(self, message: Message) -> Outcome:
        outcome = self._send(message)
        if outcome.effect == Effect.RETRY and outcome.code in self.codes.token:
            # Once more at once with a fresh token; the refusal proves that nothing was sent.
            outcome = self._send(message)
        return outcome

    def _send(self, message: Message) -> Outcome:
        name = str(self.name)
        try:
            token = tokens.current(ProviderState, name, self.fetch_token)
        except tokens.NoToken as error:
            return Outcome(Effect.RETRY, str(error)[:60], trouble=True)
        outcome = self.deliver(message, token)
        if outcome.code in self.codes.token:
            tokens.drop(ProviderState, name, token)
        return outcome


def given_token(
    url: str, body: Mapping[str, Any], token: str, life: str, *, method: str = "POST"
) -> tuple[str, int]:
    """What a platform's token endpoint gives under these two names. Raises NoToken with a code."""
    try:
        answer = (
            post(url, body)
            if method == "POST"
            else http.request("GET", url, rules=http.Rules(timeout=8.0, check_address=False))
        )
    except (http.NotSent, http.PerhapsSent) as error:
        raise tokens.NoToken(str(error)) from error
    given = as_object(answer)
    try:
        return str(given[token]), int(given[life])
    except (KeyError, TypeError, ValueError) as error:
        raise tokens.NoToken("token_refused") from error


class GroupChannel(Channel):
    """To a group, by its robot; ``address`` names the robot, which is read when the message goes out."""

    concurrency = 1
    begins_itself = True
    waits = (30, 60, 120, 300, 600, 1800, 3600)
    lease = timedelta(seconds=60)
    codes = Codes(later={})

    def pace(self) -> tuple[float, float]:
        return within(20.0)

    def prepare(self, delivery: "Delivery") -> Prepared:
        number = delivery.address.removeprefix("robot:")
        robot = GroupRobot.objects.filter(pk=int(number), is_active=True).first()
        return Prepared(can_take=is_takeable(delivery), robot=robot)

    def send(self, message: Message) -> Outcome:
        robot = message.extra.robot if isinstance(message.extra, Prepared) else None
        if robot is None:
            return Outcome(Effect.FAILED, "robot_off")
        return attempt(lambda: self.call(robot, message), self.read)

    def call(self, robot: GroupRobot, message: Message) -> http.Answer:
        """Raises NotSent and PerhapsSent."""
        raise NotImplementedError

    def read(self, answer: http.Answer) -> Outcome:
        return read_code(answer, self.codes, lambda _body: "")

    def settle(self, delivery: "Delivery", outcome: Outcome) -> None:
        """The robot's own page says how it does."""
        row = GroupRobot.objects.filter(pk=int(delivery.address.removeprefix("robot:")))
        if outcome.effect == Effect.ACCEPTED:
            row.update(last_success=Now(), last_code="")
        elif outcome.code != "robot_off":
            row.update(last_failure=Now(), last_code=outcome.code[:60])

    def is_safe_to_repeat(self, first_attempt: datetime | None, at: datetime) -> bool:
        return first_attempt is None or at - first_attempt < REPEATED_FOR
