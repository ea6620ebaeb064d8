"""All channels, by name. A new one is one class and one line here."""

from apps.notifications.channels.base import Channel, Message, Outcome, Question
from apps.notifications.channels.dingtalk import DingTalkChannel, DingTalkGroupChannel
from apps.notifications.channels.email import EmailChannel
from apps.notifications.channels.feishu import FeishuChannel, FeishuGroupChannel
from apps.notifications.channels.in_app import InAppChannel
from apps.notifications.channels.phone import PhoneChannel
from apps.notifications.channels.site import SiteChannel
from apps.notifications.channels.sms import SmsChannel
from apps.notifications.channels.webhook import WebhookChannel
from apps.notifications.channels.wechat import WeChatChannel
from apps.notifications.channels.wechat_talk import WeChatTalkChannel
from apps.notifications.channels.wecom import WeComChannel, WeComGroupChannel
from apps.notifications.enums import name_channel, unregister_channel

__all__ = [
    "Channel",
    "Message",
    "Outcome",
    "Question",
    "all_channels",
    "channel",
    "known",
    "register",
    "unregister",
]

_channels: dict[str, Channel] = {}


def register(one: Channel) -> Channel:
    _channels[str(one.name)] = one
    name_channel(one.name, one.label)
    return one


def unregister(name: str) -> None:
    """Take a channel back (tests add their own)."""
    _channels.pop(name, None)
    unregister_channel(name)


def channel(name: str) -> Channel:
    """Raises KeyError for a channel that nobody registered."""
    return _channels[str(name)]


def known(name: str) -> bool:
    return str(name) in _channels


def all_channels() -> list[Channel]:
    return list(_channels.values())


for _one in (
    EmailChannel(),
    SmsChannel(),
    WeChatChannel(),
    WeChatTalkChannel(),
    InAppChannel(),
    SiteChannel(),
    WebhookChannel(),
    PhoneChannel(),
    WeComChannel(),
    DingTalkChannel(),
    FeishuChannel(),
    WeComGroupChannel(),
    DingTalkGroupChannel(),
    FeishuGroupChannel(),
):
    register(_one)
