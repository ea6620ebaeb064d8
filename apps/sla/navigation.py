"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import records, setting

CLOCKS = _("Clocks")

PAGES = (
    records(
        CLOCKS,
        "timer",
        "sla.clock",
        about=_("What must be done by when; what runs out first stands first."),
        section=CLOCKS,
        daily_for=frozenset(
            {
                Role.DEPARTMENT_MANAGER,
                Role.QC_MANAGER,
                Role.DEPUTY_GENERAL_MANAGER,
                Role.GENERAL_MANAGER,
            }
        ),
        hour=60,
    ),
    setting(
        _("Clock policies"),
        "rule",
        "sla.policy",
        _("How much time each kind of matter has, and who is told before and after."),
        section=CLOCKS,
        words="SLA 时限 升级",
    ),
    setting(
        _("Working calendars"),
        "calendar_month",
        "sla.workingcalendar",
        _("Working hours, holidays and make-up days; clocks count by them."),
        section=CLOCKS,
        words="节假日 假期 调休 放假 holiday",
    ),
)
