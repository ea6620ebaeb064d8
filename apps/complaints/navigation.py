"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

SERVICE = frozenset({Role.AGENT, Role.DIRECTOR, Role.PROJECT_MANAGER})
LEADERS = frozenset(
    {
        Role.DIRECTOR,
        Role.DEPARTMENT_MANAGER,
        Role.PROJECT_MANAGER,
        Role.DEPUTY_GENERAL_MANAGER,
        Role.GENERAL_MANAGER,
        Role.QC_MANAGER,
    }
)
NETWORK = frozenset(
    {Role.DISPATCHER, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER}
)
CASES, EXCEPTIONS, CHATS = _("Cases"), _("Exceptions"), _("Online chats")

PAGES = (
    Page(
        _("Take down a case"),
        "support_agent",
        "admin:complaints_case_intake",
        "complaints.add_case",
        about=_("An inquiry, complaint, loss or damage, with the caller on the phone."),
        section=CASES,
        daily_for=SERVICE,
        hour=10,
        words="新建 工单 投诉",
    ),
    records(
        CASES,
        "forum",
        "complaints.case",
        about=_("Every inquiry, complaint, loss and damage."),
        section=CASES,
        daily_for=SERVICE | LEADERS,
        hour=40,
    ),
    records(
        _("Exception reports"),
        "report",
        "complaints.exceptionreport",
        about=_("What went wrong with shipments, from the report to the last measure."),
        section=EXCEPTIONS,
        daily_for=SERVICE | LEADERS | NETWORK,
        hour=45,
    ),
    Page(
        _("Report an exception"),
        "add_alert",
        "admin:complaints_exceptionreport_add",
        "complaints.add_exceptionreport",
        about=_("Damage, loss, delay or another trouble with a shipment."),
        section=EXCEPTIONS,
        daily_for=NETWORK,
        hour=20,
        words="新建 异常",
    ),
    Page(
        _("Put right on the spot"),
        "check",
        "admin:complaints_exceptionreport_minor",
        "complaints.view_exceptionreport",
        about=_("Today's small troubles, a line each."),
        section=EXCEPTIONS,
    ),
    records(
        _("Review meetings"),
        "groups_2",
        "complaints.reviewmeeting",
        about=_("What was discussed, decided and given to whom."),
        section=EXCEPTIONS,
        daily_for=frozenset({Role.QC_MANAGER, Role.DEPARTMENT_MANAGER}),
        hour=80,
    ),
    records(
        _("Chats on record"),
        "history",
        "complaints.chat",
        about=_("What was said in online chats."),
        section=CHATS,
    ),
    records(
        _("Chat seats"),
        "support_agent",
        "complaints.chatseat",
        about=_("Who is there to answer, and how many they have."),
        section=CHATS,
    ),
    setting(
        _("Chat settings"),
        "tune",
        "complaints.chatsettings",
        _("Staffed hours, greetings, how many chats an agent has at a time."),
        section=CHATS,
    ),
    setting(
        _("Ready-made answers"),
        "quickreply",
        "complaints.cannedanswer",
        _("Texts that fill a reply, in both languages."),
        section=CASES,
        may="add",
        words="快捷回复 话术",
    ),
    setting(
        _("Who gets which case"),
        "alt_route",
        "complaints.assignmentrule",
        _("By customer, class and channel; the rest goes by load."),
        section=CASES,
        words="分配 派单",
    ),
    setting(
        _("What makes a case major"),
        "priority_high",
        "complaints.majorrule",
        _("Values and words that raise a case's severity."),
        section=CASES,
    ),
    setting(
        _("Causes"),
        "account_tree",
        "complaints.causenode",
        _("The tree of causes that cases and exceptions are closed with."),
        section=CASES,
        may="add",
    ),
)
