"""Answers in a WeChat conversation: customer-service messages.

Allowed for 48 hours after the person's last word, and then refused (45015), as after too many of
them (45047): the template message takes over. The provider knows no key for these, so one whose
answer was lost may have arrived and is not sent again.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.notifications.addresses import index_of
from apps.notifications.channels.base import Channel, Message, Outcome
from apps.notifications.channels.wechat import deliver
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.models import TalkWindow

if TYPE_CHECKING:
    from apps.notifications.models import Delivery
    from apps.notifications.queries.persons import Person

# Some minutes are kept back for clocks and for waiting messages.
WINDOW = timedelta(hours=48) - timedelta(minutes=10)
MOST_BYTES = 2_000


class WeChatTalkChannel(Channel):
    name = ChannelName.WECHAT_TALK
    label = _("WeChat conversation")
    needs = ("WECHAT_APP_ID",)
    concurrency = 2
    begins_itself = True
    waits = (5, 30, 120)
    lease = timedelta(seconds=60)

    def address_of(self, person: "Person") -> str | None:
        return person.addresses.get(str(ChannelName.WECHAT))

    def prepare(self, delivery: "Delivery") -> bool:
        """Whether the conversation is still open to us."""
        return TalkWindow.objects.filter(
            address_index=index_of(delivery.address), last_heard__gt=Now() - WINDOW
        ).exists()

    def send(self, message: Message) -> Outcome:
        if message.extra is not True:
            return Outcome(Effect.FAILED, "window_closed")
        return deliver("/cgi-bin/message/custom/send", self.request_of(message), message.begin)

    def request_of(self, message: Message) -> dict[str, Any]:
        content = shortened(message.text, message.link)
        return {"touser": message.address, "msgtype": "text", "text": {"content": content}}


def shortened(text: str, link: str) -> str:
    """What fits into one message; the whole of it is behind the link."""
    if len(text.encode()) <= MOST_BYTES:
        return text
    end = f"…\n{link}" if link else "…"
    room = MOST_BYTES - len(end.encode())
    return text.encode()[:room].decode("utf-8", "ignore") + end
