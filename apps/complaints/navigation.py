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
CASES = _("Cases")

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
