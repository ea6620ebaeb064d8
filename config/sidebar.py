"""What stands in the staff sidebar, and the front page's cards."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.desk.queries import my_desk

# (section, [(label, icon, url name, permission or None)])
SECTIONS: list[tuple[Any, list[tuple[Any, str, str, str | None]]]] = [
    (
        _("Desk"),
        [
            (_("My desk"), "home", "admin:index", None),
            (_("The team now"), "groups", "desk:team", "complaints.assign_case"),
            (_("Search"), "search", "desk:search", None),
            (_("Online chats"), "forum", "desk:chats", "complaints.handle_chat"),
            (
                _("Chats on record"),
                "history",
                "admin:complaints_chat_changelist",
                "complaints.view_chat",
            ),
            (
                _("Chat seats"),
                "support_agent",
                "admin:complaints_chatseat_changelist",
                "complaints.view_chatseat",
            ),
            (
                _("Chat settings"),
                "tune",
                "admin:complaints_chatsettings_changelist",
                "complaints.view_chatsettings",
            ),
        ],
    ),
    (
        _("Cases"),
        [
            (
                _("Take down a case"),
                "support_agent",
                "admin:complaints_case_intake",
                "complaints.add_case",
            ),
            (
                _("Cases"),
                "forum",
                "admin:complaints_case_changelist",
                "complaints.view_case",
            ),
            (
                _("Ready-made answers"),
                "quickreply",
                "admin:complaints_cannedanswer_changelist",
                "complaints.add_cannedanswer",
            ),
            (
                _("Who gets which case"),
                "alt_route",
                "admin:complaints_assignmentrule_changelist",
                "complaints.view_assignmentrule",
            ),
            (
                _("What makes a case major"),
                "priority_high",
                "admin:complaints_majorrule_changelist",
                "complaints.view_majorrule",
            ),
            (
                _("Causes"),
                "account_tree",
                "admin:complaints_causenode_changelist",
                "complaints.add_causenode",
            ),
        ],
    ),
    (
        _("Orders"),
        [
            (
                _("Take an order"),
                "add_call",
                "admin:orders_workorder_enter",
                "orders.add_workorder",
            ),
            (
                _("Work orders"),
                "assignment",
                "admin:orders_workorder_changelist",
                "orders.view_workorder",
            ),
            (_("Print queue"), "print", "admin:orders_printjob_changelist", "orders.view_printjob"),
            (
                _("Follow-up tasks"),
                "task_alt",
                "admin:orders_followuptask_changelist",
                "orders.view_followuptask",
            ),
            (
                _("Orders from files"),
                "upload_file",
                "admin:orders_intakefile_changelist",
                "orders.view_intakefile",
            ),
            (
                _("Order counts"),
                "balance",
                "admin:orders_declaredcount_day",
                "orders.view_declaredcount",
            ),
        ],
    ),
    (
        _("Shipments"),
        [
            (
                _("Waybills"),
                "local_shipping",
                "admin:tracking_waybill_changelist",
                "tracking.view_waybill",
            ),
            (
                _("Late and stuck shipments"),
                "schedule",
                "admin:tracking_lateshipment_changelist",
                "tracking.view_lateshipment",
            ),
            (_("Scan"), "barcode_scanner", "admin:tracking_scan_changelist", "tracking.add_scan"),
            (
                _("Deliveries"),
                "draw",
                "admin:tracking_delivery_changelist",
                "tracking.view_proofofdelivery",
            ),
            (
                _("Return documents"),
                "assignment_return",
                "admin:tracking_returndocument_changelist",
                "tracking.view_returndocument",
            ),
            (
                _("Feedback sheet"),
                "summarize",
                "admin:tracking_feedbacksheet_sheet",
                "tracking.view_feedbacksheet",
            ),
            (
                _("Event batches"),
                "inventory",
                "admin:tracking_eventbatch_changelist",
                "tracking.view_eventbatch",
            ),
            (
                _("Refused events"),
                "report",
                "admin:tracking_refusedevent_changelist",
                "tracking.view_refusedevent",
            ),
        ],
    ),
    (
        _("Clocks"),
        [
            (_("Clocks"), "timer", "admin:sla_clock_changelist", "sla.view_clock"),
            (_("Clock policies"), "rule", "admin:sla_policy_changelist", "sla.view_policy"),
            (
                _("Working calendars"),
                "calendar_month",
                "admin:sla_workingcalendar_changelist",
                "sla.view_workingcalendar",
            ),
        ],
    ),
    (
        _("Exceptions"),
        [
            (
                _("Exception reports"),
                "report",
                "admin:complaints_exceptionreport_changelist",
                "complaints.view_exceptionreport",
            ),
            (
                _("Report an exception"),
                "add_alert",
                "admin:complaints_exceptionreport_add",
                "complaints.add_exceptionreport",
            ),
            (
                _("Put right on the spot"),
                "check",
                "admin:complaints_exceptionreport_minor",
                "complaints.view_exceptionreport",
            ),
            (
                _("Review meetings"),
                "groups_2",
                "admin:complaints_reviewmeeting_changelist",
                "complaints.view_reviewmeeting",
            ),
        ],
    ),
    (
        _("Standards and partners"),
        [
            (
                _("Stage times"),
                "timer",
                "admin:tracking_stageoverrun_changelist",
                "tracking.view_stageoverrun",
            ),
            (
                _("Partner scorecards"),
                "handshake",
                "admin:tracking_partnerscore_changelist",
                "tracking.view_partnerscore",
            ),
            (
                _("Partner carriers"),
                "hub",
                "admin:tracking_partnercarrier_changelist",
                "tracking.view_partnercarrier",
            ),
            (
                _("Partner agreements"),
                "contract",
                "admin:tracking_partneragreement_changelist",
                "tracking.view_partneragreement",
            ),
            (
                _("Service levels"),
                "sell",
                "admin:tracking_servicelevel_changelist",
                "tracking.view_servicelevel",
            ),
            (
                _("Standard times"),
                "route",
                "admin:tracking_servicelane_changelist",
                "tracking.view_servicelane",
            ),
            (
                _("Silence limits"),
                "notifications_paused",
                "admin:tracking_silencelimit_changelist",
                "tracking.view_silencelimit",
            ),
            (
                _("Prohibited goods"),
                "block",
                "admin:orders_prohibitedlist_changelist",
                "orders.view_prohibitedlist",
            ),
            (
                _("Follow-up steps"),
                "checklist",
                "admin:orders_followuptemplate_changelist",
                "orders.view_followuptemplate",
            ),
        ],
    ),
    (
        _("Customers"),
        [
            (
                _("Customers"),
                "apartment",
                "admin:customers_customer_changelist",
                "customers.view_customer",
            ),
            (
                _("Service handover forms"),
                "approval",
                "admin:customers_handoverform_changelist",
                "customers.view_handoverform",
            ),
            (
                _("Verbal authorisations"),
                "record_voice_over",
                "admin:customers_verbalauthorisation_changelist",
                "customers.view_verbalauthorisation",
            ),
        ],
    ),
    (
        _("Messages"),
        [
            (_("My messages"), "notifications", "admin:notifications_mine", None),
            (
                _("Deliveries of messages"),
                "send",
                "admin:notifications_delivery_changelist",
                "notifications.view_delivery",
            ),
            (
                _("Phone tasks"),
                "call",
                "admin:notifications_phonetask_changelist",
                "notifications.view_phonetask",
            ),
            (
                _("Health"),
                "monitor_heart",
                "admin:notifications_health",
                "notifications.see_health",
            ),
            (
                _("Who is told what"),
                "rule",
                "admin:notifications_notificationpolicy_changelist",
                "notifications.view_notificationpolicy",
            ),
            (
                _("Wording"),
                "edit_note",
                "admin:notifications_messagetemplate_changelist",
                "notifications.view_messagetemplate",
            ),
            (
                _("Preferences"),
                "tune",
                "admin:notifications_preference_changelist",
                "notifications.view_preference",
            ),
            (
                _("Suppressed addresses"),
                "block",
                "admin:notifications_suppressedaddress_changelist",
                "notifications.view_suppressedaddress",
            ),
            (
                _("Subscriptions"),
                "notifications_active",
                "admin:notifications_subscription_changelist",
                "notifications.view_subscription",
            ),
            (
                _("Announcements"),
                "campaign",
                "admin:notifications_announcement_changelist",
                "notifications.view_announcement",
            ),
            (
                _("Webhook endpoints"),
                "webhook",
                "admin:notifications_webhookendpoint_changelist",
                "notifications.view_webhookendpoint",
            ),
            (
                _("Webhook events"),
                "list_alt",
                "admin:notifications_webhookevent_changelist",
                "notifications.view_webhookevent",
            ),
        ],
    ),
    (
        _("Inquiries"),
        [
            (
                _("Inquiries"),
                "contact_support",
                "admin:inquiries_inquiry_changelist",
                "inquiries.view_inquiry",
            ),
            (
                _("Messages received"),
                "inbox",
                "admin:inquiries_inboundmessage_changelist",
                "inquiries.view_inboundmessage",
            ),
            (
                _("WeChat bindings"),
                "link",
                "admin:inquiries_wechatbinding_changelist",
                "inquiries.view_wechatbinding",
            ),
            (
                _("Kuaidi100 accounts"),
                "vpn_key",
                "admin:inquiries_kuaidi100account_changelist",
                "inquiries.view_kuaidi100account",
            ),
            (
                _("Kuaidi100 subscriptions"),
                "sync",
                "admin:inquiries_kuaidi100subscription_changelist",
                "inquiries.view_kuaidi100subscription",
            ),
            (
                _("Mailbox"),
                "mail",
                "admin:inquiries_mailboxstate_changelist",
                "inquiries.view_mailboxstate",
            ),
        ],
    ),
    (
        _("People and access"),
        [
            (_("Users"), "person", "admin:accounts_user_changelist", "accounts.view_user"),
            (_("Units"), "account_tree", "admin:accounts_unit_changelist", "accounts.view_unit"),
            (
                _("Duty roster"),
                "calendar_month",
                "admin:accounts_dutyshift_changelist",
                "accounts.view_dutyshift",
            ),
            (
                _("Absences"),
                "beach_access",
                "admin:accounts_absence_changelist",
                "accounts.view_absence",
            ),
            (
                _("Roles held"),
                "badge",
                "admin:accounts_userrole_changelist",
                "accounts.view_userrole",
            ),
            (
                _("Role policies"),
                "policy",
                "admin:accounts_rolepolicy_changelist",
                "accounts.view_rolepolicy",
            ),
            (_("API keys"), "key", "admin:accounts_apikey_changelist", "accounts.view_apikey"),
            (
                _("Sessions"),
                "devices",
                "admin:accounts_usersession_changelist",
                "accounts.view_usersession",
            ),
        ],
    ),
    (
        _("Audit"),
        [
            (_("Events"), "history", "admin:events_event_changelist", "events.view_event"),
            (
                _("Pending dispatches"),
                "outbox",
                "admin:events_dispatch_changelist",
                "events.view_dispatch",
            ),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what this person may open."""
    sections = []
    for title, entries in SECTIONS:
        items = []
        for label, icon, name, permission in entries:
            if permission and not request.user.has_perm(permission):
                continue
            try:
                items.append({"title": label, "icon": icon, "link": reverse(name)})
            except NoReverseMatch:
                continue
        if items:
            sections.append({"title": title, "separator": True, "items": items})
    _mark_where_one_is(sections, request.path)
    return sections


def _mark_where_one_is(sections: list[dict[str, Any]], path: str) -> None:
    """The one entry whose address goes furthest along the page's; a page below a list's address
    that has an entry of its own would otherwise light up both."""
    links = [str(item["link"]) for section in sections for item in section["items"]]
    here = max((link for link in links if path.startswith(link)), key=len, default="")
    home = reverse("admin:index")
    for section in sections:
        for item in section["items"]:
            item["active"] = item["link"] == here and (here != home or path == home)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """My desk, for the staff site's front page."""
    assert isinstance(request.user, User)  # noqa: S101  # the staff site has checked it
    desk = my_desk(request.user)
    return {
        **context,
        "title": _("My desk"),
        "desk": desk,
        "relay_lag_seconds": int(desk.relay_lag.total_seconds()),
    }
