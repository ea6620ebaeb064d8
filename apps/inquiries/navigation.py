"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import records, setting

INQUIRIES = _("Inquiries")

PAGES = (
    records(
        INQUIRIES,
        "contact_support",
        "inquiries.inquiry",
        about=_("Who asked what by WeChat, SMS, e-mail, phone or API, and what was answered."),
        section=INQUIRIES,
    ),
    records(
        _("Messages received"),
        "inbox",
        "inquiries.inboundmessage",
        about=_("As they came in."),
        section=INQUIRIES,
    ),
    records(
        _("WeChat bindings"),
        "link",
        "inquiries.wechatbinding",
        about=_("Which WeChat account belongs to which phone."),
        section=INQUIRIES,
    ),
    records(
        _("Kuaidi100 subscriptions"),
        "sync",
        "inquiries.kuaidi100subscription",
        about=_("Shipments that Kuaidi100 follows with us."),
        section=INQUIRIES,
    ),
    records(
        _("Mailbox"),
        "mail",
        "inquiries.mailboxstate",
        about=_("How far the mailbox for questions was read."),
        section=INQUIRIES,
    ),
    setting(
        _("Kuaidi100 accounts"),
        "vpn_key",
        "inquiries.kuaidi100account",
        _("Keys for asking and being asked by Kuaidi100."),
        section=INQUIRIES,
    ),
)
