"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page

LEADERS = frozenset(
    {
        Role.DIRECTOR,
        Role.DEPARTMENT_MANAGER,
        Role.PROJECT_MANAGER,
        Role.DEPUTY_GENERAL_MANAGER,
        Role.GENERAL_MANAGER,
    }
)
CHATTING = frozenset({Role.AGENT, Role.DIRECTOR, Role.PROJECT_MANAGER})

PAGES = (
    Page(_("My desk"), "home", "admin:index", daily_for=None, hour=0),
    Page(
        _("The team now"),
        "groups",
        "desk:team",
        "complaints.assign_case",
        about=_("Who has how much, what is overdue, what comes due by hour."),
        section=_("Desk"),
        daily_for=LEADERS,
        hour=5,
    ),
    Page(
        _("Online chats"),
        "forum",
        "desk:chats",
        "chat.handle_chat",
        about=_("Visitors who wait, and those you talk to."),
        section=_("Desk"),
        daily_for=CHATTING,
        hour=30,
    ),
    Page(
        _("Search"),
        "search",
        "desk:search",
        about=_("A shipment, case, order, customer or page, by whatever is known of it."),
        section=_("Desk"),
    ),
    Page(
        _("Demo mailbox"),
        "mark_email_read",
        "demo:mailbox",
        about=_("What the demonstration has sent. Only where it runs."),
        section=_("Messages"),
    ),
)
