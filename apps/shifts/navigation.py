"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

DUTY = _("Duty and handover")
PLANNERS = frozenset({Role.DIRECTOR, Role.DEPARTMENT_MANAGER})

PAGES = (
    Page(
        _("My shifts"),
        "event_available",
        "admin:shifts_swap_mine",
        "shifts.ask_swap",
        about=_("Your shifts, handovers to give and to accept, swaps, your calendar link."),
        section=DUTY,
        daily_for=frozenset({Role.AGENT}),
        hour=78,
        words="我的班 换班 日历 交班 接班",
    ),
    Page(
        _("Roster of two weeks"),
        "view_timeline",
        "admin:shifts_gap_ribbon",
        "accounts.manage_dutyshift",
        about=_("Who is on duty in the next 14 days, by the half hour, and where nobody is."),
        section=DUTY,
        daily_for=PLANNERS,
        hour=74,
        words="排班 值班 缺口 班表",
    ),
    Page(
        _("While you were away"),
        "history_toggle_off",
        "admin:shifts_handover_away",
        "shifts.work_handover",
        about=_("What happened to your matters while you were off shift, and by whom."),
        section=DUTY,
        words="不在时 交接 回来",
    ),
    records(
        _("Shift handovers"),
        "swap_horiz",
        "shifts.handover",
        about=_("Who hands over what to whom, accepted or not."),
        section=DUTY,
        words="交接班 交班 接班",
    ),
    records(
        _("Gaps in the roster"),
        "event_busy",
        "shifts.gap",
        about=_("Hours of the next 14 days that nobody covers."),
        section=DUTY,
        words="缺口 缺人 顶班",
    ),
    records(
        _("Swaps"),
        "published_with_changes",
        "shifts.swap",
        about=_("Shifts that colleagues ask one another to work."),
        section=DUTY,
        words="换班 调班",
    ),
    setting(
        _("Needs of people"),
        "groups",
        "shifts.need",
        _("How many people a role needs where and when."),
        section=DUTY,
        words="需求 人数 班次",
    ),
    setting(
        _("Shift patterns"),
        "calendar_view_week",
        "shifts.pattern",
        _("Cycles that fill the roster weeks ahead."),
        section=DUTY,
        words="轮班 周期 排班模板",
    ),
)
