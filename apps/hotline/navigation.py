"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, RecordPart, records, setting

HOTLINE = _("Hotline")

PAGES = (
    Page(
        _("Hotline board"),
        "support_agent",
        "admin:hotline_call_board",
        "hotline.view_call",
        about=_("Today's calls in half hours against the goal, and who waits to be called back."),
        section=HOTLINE,
        daily_for=frozenset({Role.DEPARTMENT_MANAGER}),
        hour=32,
        words="热线 接通率 话务 看板",
    ),
    Page(
        _("Answer rate by day"),
        "query_stats",
        "admin:hotline_call_rates",
        "hotline.view_call",
        about=_("Offered and answered calls of each day against the goal, as a table and a file."),
        section=HOTLINE,
        words="热线 接通率 日报",
    ),
    records(
        _("Callers to call back"),
        "phone_callback",
        "hotline.callback",
        about=_("Callers who waited in vain, and what came of calling them back."),
        section=HOTLINE,
        daily_for=frozenset({Role.AGENT}),
        hour=33,
        words="回电 未接 漏接",
    ),
    records(
        _("Calls"),
        "call",
        "hotline.call",
        about=_("Every call once: who waited how long, who answered."),
        section=HOTLINE,
        words="通话 来电 话单 热线",
    ),
    Page(
        _("Note a call"),
        "add_call",
        "admin:hotline_call_add",
        "hotline.add_call",
        about=_("For calls that no phone system records."),
        section=HOTLINE,
        words="登记 电话",
        key="c",
    ),
    records(
        _("Files of calls"),
        "upload_file",
        "hotline.callfile",
        about=_("What phone systems wrote, as it came, and which lines were refused."),
        section=HOTLINE,
        words="话单 导入",
    ),
    setting(
        _("Phone systems"),
        "dialer_sip",
        "hotline.phonesystem",
        _("Whose records come from where, who sits at which extension."),
        section=HOTLINE,
        words="电话系统 分机 交换机",
    ),
    setting(
        _("Answer rate policies"),
        "rule",
        "hotline.answerpolicy",
        _("The goal, and which calls are not counted, since when."),
        section=HOTLINE,
        words="接通率 目标",
    ),
)
RECORD_PARTS = tuple(
    RecordPart(model, _("Calls"), "admin:hotline_call_beside", "hotline.view_call")
    for model in ("complaints.case", "customers.customer", "tracking.waybill")
)
