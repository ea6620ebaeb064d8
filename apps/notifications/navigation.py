"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

MESSAGES = _("Messages")
IT = frozenset({Role.IT_ADMIN})

PAGES = (
    Page(
        _("My messages"),
        "notifications",
        "admin:notifications_delivery_mine",
        about=_("What you have been sent."),
        section=MESSAGES,
        # Agents and directors have a full day without it; everybody gets there by the bell.
        daily_for=frozenset(Role) - {Role.AGENT, Role.DIRECTOR},
        hour=3,
    ),
    records(
        _("Phone tasks"),
        "call",
        "notifications.phonetask",
        about=_("Calls to make, because no message reached somebody."),
        section=MESSAGES,
        daily_for=frozenset({Role.AGENT}),
        hour=57,
    ),
    records(
        _("Deliveries of messages"),
        "send",
        "notifications.delivery",
        about=_("Every message, by which channel, and what became of it."),
        section=MESSAGES,
    ),
    Page(
        _("Health"),
        "monitor_heart",
        "admin:notifications_delivery_health",
        "notifications.see_health",
        about=_("Which channels work, what waits, what fails."),
        section=MESSAGES,
        daily_for=IT,
        hour=10,
    ),
    setting(
        _("Who is told what"),
        "rule",
        "notifications.notificationpolicy",
        _("For each event: whom, by which channels, in which order, when not."),
        section=MESSAGES,
        words="通知规则",
    ),
    setting(
        _("Wording"),
        "edit_note",
        "notifications.messagetemplate",
        _("The texts of messages for each channel, in both languages."),
        section=MESSAGES,
        words="模板 短信",
    ),
    setting(
        _("Preferences"),
        "tune",
        "notifications.preference",
        _("What somebody wants to hear of, and how."),
        section=MESSAGES,
    ),
    records(
        _("Suppressed addresses"),
        "block",
        "notifications.suppressedaddress",
        about=_("Where nothing is sent any more, and why."),
        section=MESSAGES,
    ),
    records(
        _("Subscriptions"),
        "notifications_active",
        "notifications.subscription",
        about=_("Who follows which shipment from outside."),
        section=MESSAGES,
    ),
    records(
        _("Announcements"),
        "campaign",
        "notifications.announcement",
        about=_("What stands on the public page for everybody."),
        section=MESSAGES,
    ),
    Page(
        _("New announcement"),
        "campaign",
        "admin:notifications_announcement_add",
        "notifications.add_announcement",
        about=_("Tell everybody on the public page, from when until when."),
        section=MESSAGES,
        words="新建 公告 发布",
    ),
    setting(
        _("Group robots"),
        "smart_toy",
        "notifications.grouprobot",
        _("Groups at WeCom, DingTalk and Feishu, and what each robot serves."),
        section=MESSAGES,
        words="群机器人 企业微信 钉钉 飞书",
    ),
    setting(
        _("Accounts of colleagues"),
        "badge",
        "notifications.colleagueaccount",
        _("Who is who at WeCom, DingTalk and Feishu."),
        section=MESSAGES,
        words="企业微信 钉钉 飞书 账号",
    ),
    records(
        _("Pressed buttons"),
        "touch_app",
        "notifications.buttonpress",
        about=_("What colleagues took from a message, and what was refused."),
        section=MESSAGES,
    ),
    setting(
        _("Webhook endpoints"),
        "webhook",
        "notifications.webhookendpoint",
        _("Where a merchant's programs hear from us."),
        section=MESSAGES,
        daily_for=IT,
        hour=40,
    ),
    records(
        _("Webhook events"),
        "list_alt",
        "notifications.webhookevent",
        about=_("What was sent to merchants' programs, and what they answered."),
        section=MESSAGES,
    ),
)
