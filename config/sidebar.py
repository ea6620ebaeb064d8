"""What stands in the staff sidebar, and the front page's cards."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.desk.queries import my_desk


class Entry(NamedTuple):
    """``page``: the name of its address. ``permission``: who sees it; without one, all staff."""

    label: Any
    icon: str
    page: str
    permission: str | None = None


def _list(label: Any, icon: str, model: str, may: str = "view") -> Entry:
    """The list of a model ("app.model"), for whoever may ``may`` it."""
    app, name = model.split(".")
    return Entry(label, icon, f"admin:{app}_{name}_changelist", f"{app}.{may}_{name}")


SECTIONS: list[tuple[Any, list[Entry]]] = [
    (
        _("Desk"),
        [
            Entry(_("My desk"), "home", "admin:index"),
            Entry(_("The team now"), "groups", "desk:team", "complaints.assign_case"),
            Entry(_("Search"), "search", "desk:search"),
            Entry(_("Online chats"), "forum", "desk:chats", "complaints.handle_chat"),
            _list(_("Chats on record"), "history", "complaints.chat"),
            _list(_("Chat seats"), "support_agent", "complaints.chatseat"),
            _list(_("Chat settings"), "tune", "complaints.chatsettings"),
        ],
    ),
    (
        _("Cases"),
        [
            Entry(
                _("Take down a case"),
                "support_agent",
                "admin:complaints_case_intake",
                "complaints.add_case",
            ),
            _list(_("Cases"), "forum", "complaints.case"),
            _list(_("Ready-made answers"), "quickreply", "complaints.cannedanswer", "add"),
            _list(_("Who gets which case"), "alt_route", "complaints.assignmentrule"),
            _list(_("What makes a case major"), "priority_high", "complaints.majorrule"),
            _list(_("Causes"), "account_tree", "complaints.causenode", "add"),
        ],
    ),
    (
        _("Orders"),
        [
            Entry(
                _("Take an order"),
                "add_call",
                "admin:orders_workorder_enter",
                "orders.add_workorder",
            ),
            _list(_("Work orders"), "assignment", "orders.workorder"),
            _list(_("Print queue"), "print", "orders.printjob"),
            _list(_("Follow-up tasks"), "task_alt", "orders.followuptask"),
            _list(_("Orders from files"), "upload_file", "orders.intakefile"),
            Entry(
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
            _list(_("Waybills"), "local_shipping", "tracking.waybill"),
            _list(_("Late and stuck shipments"), "schedule", "tracking.lateshipment"),
            _list(_("Scan"), "barcode_scanner", "tracking.scan", "add"),
            Entry(
                _("Deliveries"),
                "draw",
                "admin:tracking_delivery_changelist",
                "tracking.view_proofofdelivery",
            ),
            _list(_("Return documents"), "assignment_return", "tracking.returndocument"),
            Entry(
                _("Feedback sheet"),
                "summarize",
                "admin:tracking_feedbacksheet_sheet",
                "tracking.view_feedbacksheet",
            ),
            _list(_("Event batches"), "inventory", "tracking.eventbatch"),
            _list(_("Refused events"), "report", "tracking.refusedevent"),
        ],
    ),
    (
        _("Clocks"),
        [
            _list(_("Clocks"), "timer", "sla.clock"),
            _list(_("Clock policies"), "rule", "sla.policy"),
            _list(_("Working calendars"), "calendar_month", "sla.workingcalendar"),
        ],
    ),
    (
        _("Exceptions"),
        [
            _list(_("Exception reports"), "report", "complaints.exceptionreport"),
            Entry(
                _("Report an exception"),
                "add_alert",
                "admin:complaints_exceptionreport_add",
                "complaints.add_exceptionreport",
            ),
            Entry(
                _("Put right on the spot"),
                "check",
                "admin:complaints_exceptionreport_minor",
                "complaints.view_exceptionreport",
            ),
            _list(_("Review meetings"), "groups_2", "complaints.reviewmeeting"),
        ],
    ),
    (
        _("Standards and partners"),
        [
            _list(_("Stage times"), "timer", "tracking.stageoverrun"),
            _list(_("Partner scorecards"), "handshake", "tracking.partnerscore"),
            _list(_("Partner carriers"), "hub", "tracking.partnercarrier"),
            _list(_("Partner agreements"), "contract", "tracking.partneragreement"),
            _list(_("Service levels"), "sell", "tracking.servicelevel"),
            _list(_("Standard times"), "route", "tracking.servicelane"),
            _list(_("Silence limits"), "notifications_paused", "tracking.silencelimit"),
            _list(_("Prohibited goods"), "block", "orders.prohibitedlist"),
            _list(_("Follow-up steps"), "checklist", "orders.followuptemplate"),
        ],
    ),
    (
        _("Customers"),
        [
            _list(_("Customers"), "apartment", "customers.customer"),
            _list(_("Service handover forms"), "approval", "customers.handoverform"),
            _list(_("Verbal authorisations"), "record_voice_over", "customers.verbalauthorisation"),
        ],
    ),
    (
        _("Messages"),
        [
            Entry(_("My messages"), "notifications", "admin:notifications_mine"),
            Entry(_("Demo mailbox"), "mark_email_read", "demo:mailbox"),  # where bin/up runs
            _list(_("Deliveries of messages"), "send", "notifications.delivery"),
            _list(_("Phone tasks"), "call", "notifications.phonetask"),
            Entry(
                _("Health"),
                "monitor_heart",
                "admin:notifications_health",
                "notifications.see_health",
            ),
            _list(_("Who is told what"), "rule", "notifications.notificationpolicy"),
            _list(_("Wording"), "edit_note", "notifications.messagetemplate"),
            _list(_("Preferences"), "tune", "notifications.preference"),
            _list(_("Suppressed addresses"), "block", "notifications.suppressedaddress"),
            _list(_("Subscriptions"), "notifications_active", "notifications.subscription"),
            _list(_("Announcements"), "campaign", "notifications.announcement"),
            _list(_("Webhook endpoints"), "webhook", "notifications.webhookendpoint"),
            _list(_("Webhook events"), "list_alt", "notifications.webhookevent"),
        ],
    ),
    (
        _("Inquiries"),
        [
            _list(_("Inquiries"), "contact_support", "inquiries.inquiry"),
            _list(_("Messages received"), "inbox", "inquiries.inboundmessage"),
            _list(_("WeChat bindings"), "link", "inquiries.wechatbinding"),
            _list(_("Kuaidi100 accounts"), "vpn_key", "inquiries.kuaidi100account"),
            _list(_("Kuaidi100 subscriptions"), "sync", "inquiries.kuaidi100subscription"),
            _list(_("Mailbox"), "mail", "inquiries.mailboxstate"),
        ],
    ),
    (
        _("People and access"),
        [
            _list(_("Users"), "person", "accounts.user"),
            _list(_("Units"), "account_tree", "accounts.unit"),
            _list(_("Duty roster"), "calendar_month", "accounts.dutyshift"),
            _list(_("Absences"), "beach_access", "accounts.absence"),
            _list(_("Roles held"), "badge", "accounts.userrole"),
            _list(_("Role policies"), "policy", "accounts.rolepolicy"),
            _list(_("API keys"), "key", "accounts.apikey"),
            _list(_("Customers of API keys"), "link", "customers.customerscope", "add"),
            _list(_("Sessions"), "devices", "accounts.usersession"),
        ],
    ),
    (
        _("Audit"),
        [
            _list(_("Events"), "history", "events.event"),
            _list(_("Pending dispatches"), "outbox", "events.dispatch"),
        ],
    ),
]


PERMISSIONS = frozenset(
    entry.permission for _title, entries in SECTIONS for entry in entries if entry.permission
)


def sidebar(request: HttpRequest) -> SafeString:
    """What this person may open, with the mark where they are. Drawn once for each set of rights
    and language: the entries are the same for everybody who holds the same."""
    user = request.user
    rights = PERMISSIONS if user.is_superuser else PERMISSIONS & user.get_all_permissions()
    drawn, links = _drawn(rights, get_language() or "", settings.ROOT_URLCONF)
    home = links[0]
    # The one entry whose address goes furthest along the page's; a page below a list's address
    # that has an entry of its own would otherwise light up both.
    here = max((link for link in links if request.path.startswith(link)), key=len, default="")
    if not here or (here == home and request.path != home):
        return mark_safe(drawn)
    marked = drawn.replace(f'href="{here}"', f'href="{here}" class="active" aria-current="page"', 1)
    return mark_safe(marked)


@lru_cache(maxsize=256)
def _drawn(rights: frozenset[str], language: str, urlconf: str) -> tuple[str, list[str]]:
    """The sidebar of whoever holds ``rights`` and the addresses in it, the front page's first.
    ``language`` and ``urlconf`` are what the words and the addresses depend on."""
    sections, links = [], []
    for title, entries in SECTIONS:
        items = []
        for label, icon, name, permission in entries:
            if permission and permission not in rights:
                continue
            try:
                link = reverse(name)
            except NoReverseMatch:
                continue
            links.append(link)
            items.append((link, icon, label))
        if items:
            listed = format_html_join("", '<li><a href="{}" data-icon="{}">{}</a></li>', items)
            sections.append(format_html("<h2>{}</h2><ol>{}</ol>", title, listed))
    body = format_html_join("", "{}", ((section,) for section in sections))
    return f'<div id="nav-sidebar-apps" data-simplebar>{body}</div>', links


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
