"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records

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
EXCEPTIONS = _("Exceptions")

PAGES = (
    records(
        _("Exception reports"),
        "report",
        "quality.exceptionreport",
        about=_("What went wrong with shipments, from the report to the last measure."),
        section=EXCEPTIONS,
        daily_for=SERVICE | LEADERS | NETWORK,
        hour=45,
    ),
    records(
        _("Late and stuck shipments"),
        "schedule",
        "tracking.lateshipment",
        about=_("Found by themselves; chased until they move."),
        section=EXCEPTIONS,
        daily_for=SERVICE
        | {Role.FREIGHT_CLERK, Role.DELIVERY_MANAGER, Role.QC_MANAGER, Role.DEPARTMENT_MANAGER},
        hour=47,
    ),
    Page(
        _("Report an exception"),
        "add_alert",
        "admin:quality_exceptionreport_add",
        "quality.add_exceptionreport",
        about=_("Damage, loss, delay or another trouble with a shipment."),
        section=EXCEPTIONS,
        daily_for=NETWORK,
        hour=20,
        words="新建 异常",
    ),
    Page(
        _("Put right on the spot"),
        "check",
        "admin:quality_exceptionreport_minor",
        "quality.view_exceptionreport",
        about=_("Today's small troubles, a line each."),
        section=EXCEPTIONS,
    ),
    records(
        _("Review meetings"),
        "groups_2",
        "quality.reviewmeeting",
        about=_("What was discussed, decided and given to whom."),
        section=EXCEPTIONS,
        daily_for=frozenset({Role.QC_MANAGER, Role.DEPARTMENT_MANAGER}),
        hour=80,
    ),
    records(
        _("Quarterly analyses of opinions"),
        "insights",
        "quality.quarterlyanalysis",
        about=_("What surveys, suggestions and praise of a quarter show, and what follows."),
        section=EXCEPTIONS,
        words="季度 满意度 建议 表扬 分析",
    ),
    Page(
        _("Praise by customers"),
        "thumb_up",
        "admin:quality_quarterlyanalysis_praise",
        "complaints.view_praise",
        about=_("Whom customers praise: you, and those whom you lead."),
        section=EXCEPTIONS,
        words="表扬 好评 锦旗",
    ),
)
