from apps.notifications.services.acts import (
    cancel_delivery,
    close_task,
    hand_over_delivery,
    resend_delivery,
    resolve_delivery,
    reveal_phone,
    take_task,
)
from apps.notifications.services.digests import digest_of, gather
from apps.notifications.services.endpoints import (
    CALLABLE,
    MOST_URL,
    change_endpoint,
    create_endpoint,
    remove_endpoint,
    rotate_secret,
)
from apps.notifications.services.minding import (
    ask_about_unclear,
    expire_leases,
    forget_stamps,
    mind,
    run_fallbacks,
)
from apps.notifications.services.people import (
    lift_address,
    link_wechat,
    publish_announcement,
    set_preference,
    stop_address,
    unlink_wechat,
    withdraw_announcement,
)
from apps.notifications.services.queueing import tell, tell_about
from apps.notifications.services.receipts import (
    mark_read,
    record_sms_receipts,
    record_wechat_outcome,
)
from apps.notifications.services.sending import send_due, send_next
from apps.notifications.services.subscriptions import (
    confirm_subscription,
    end_subscription,
    read_stop_token,
    read_subscription_token,
    request_subscription,
    set_opt_out,
    subscription_token,
    unsubscribe,
)
from apps.notifications.services.webhook_events import (
    MAX_REPLAY,
    ping,
    queue_webhooks,
    replay,
)
from apps.notifications.services.words import save_policy, save_template
from apps.notifications.services.working import Crew

__all__ = [
    "CALLABLE",
    "MAX_REPLAY",
    "MOST_URL",
    "Crew",
    "ask_about_unclear",
    "cancel_delivery",
    "change_endpoint",
    "close_task",
    "confirm_subscription",
    "create_endpoint",
    "digest_of",
    "end_subscription",
    "expire_leases",
    "forget_stamps",
    "gather",
    "hand_over_delivery",
    "lift_address",
    "link_wechat",
    "mark_read",
    "mind",
    "ping",
    "publish_announcement",
    "queue_webhooks",
    "read_stop_token",
    "read_subscription_token",
    "record_sms_receipts",
    "record_wechat_outcome",
    "remove_endpoint",
    "replay",
    "request_subscription",
    "resend_delivery",
    "resolve_delivery",
    "reveal_phone",
    "rotate_secret",
    "run_fallbacks",
    "save_policy",
    "save_template",
    "send_due",
    "send_next",
    "set_opt_out",
    "set_preference",
    "stop_address",
    "subscription_token",
    "take_task",
    "tell",
    "tell_about",
    "unlink_wechat",
    "unsubscribe",
    "withdraw_announcement",
]
