from apps.notifications.models.attempt import Attempt
from apps.notifications.models.codes import OneTimeCode
from apps.notifications.models.delivery import Delivery, DeliveryQuerySet
from apps.notifications.models.desk import Announcement, PhoneTask
from apps.notifications.models.people import (
    LinkedAddress,
    Preference,
    Subscription,
    SuppressedAddress,
    TalkWindow,
)
from apps.notifications.models.platforms import ButtonPress, ColleagueAccount, GroupRobot
from apps.notifications.models.policy import MessageTemplate, NotificationPolicy
from apps.notifications.models.provider import ProviderState, SendStamp
from apps.notifications.models.sender import Sender
from apps.notifications.models.webhook import WebhookEndpoint, WebhookEvent

__all__ = [
    "Announcement",
    "Attempt",
    "ButtonPress",
    "ColleagueAccount",
    "Delivery",
    "DeliveryQuerySet",
    "GroupRobot",
    "LinkedAddress",
    "MessageTemplate",
    "NotificationPolicy",
    "OneTimeCode",
    "PhoneTask",
    "Preference",
    "ProviderState",
    "SendStamp",
    "Sender",
    "Subscription",
    "SuppressedAddress",
    "TalkWindow",
    "WebhookEndpoint",
    "WebhookEvent",
]
