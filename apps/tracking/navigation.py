"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

SERVICE = frozenset({Role.AGENT, Role.DIRECTOR, Role.PROJECT_MANAGER})
MOVING = frozenset(
    {Role.DISPATCHER, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER}
)
SHIPMENTS, STANDARDS = _("Shipments"), _("Standards and partners")

PAGES = (
    records(
        _("Waybills"),
        "local_shipping",
        "tracking.waybill",
        about=_("Every shipment with its scans, promise and proof."),
        section=SHIPMENTS,
        # Customer service finds a shipment by its number, in the field that is on every page.
        daily_for=MOVING
        | {Role.PROJECT_MANAGER, Role.SALES, Role.SETTLEMENT_CLERK, Role.QC_MANAGER},
        hour=52,
    ),
    records(
        _("Scan"),
        "barcode_scanner",
        "tracking.scan",
        may="add",
        about=_("Scans typed or read by a scanner."),
        section=SHIPMENTS,
        daily_for=MOVING,
        hour=11,
        words="扫描 录入",
    ),
    Page(
        _("Deliveries"),
        "draw",
        "admin:tracking_delivery_changelist",
        "tracking.view_proofofdelivery",
        about=_("Who signed, when, with which photo."),
        section=SHIPMENTS,
        daily_for=frozenset({Role.DELIVERY_MANAGER, Role.SETTLEMENT_CLERK}),
        hour=56,
    ),
    records(
        _("Return documents"),
        "assignment_return",
        "tracking.returndocument",
        about=_("Signed papers on their way back to the sender."),
        section=SHIPMENTS,
        daily_for=frozenset({Role.SETTLEMENT_CLERK, Role.FREIGHT_CLERK, Role.DELIVERY_MANAGER}),
        hour=58,
    ),
    Page(
        _("Feedback sheet"),
        "summarize",
        "admin:tracking_feedbacksheet_sheet",
        "tracking.view_feedbacksheet",
        about=_("How a customer's shipments fared, to send or to print."),
        section=SHIPMENTS,
    ),
    records(
        _("Event batches"),
        "inventory",
        "tracking.eventbatch",
        about=_("Deliveries of scans of which something was refused."),
        section=SHIPMENTS,
    ),
    Page(
        _("Import tracking events"),
        "upload_file",
        "admin:backoffice_importfile_new_tracking_trackingevent",
        "tracking.import_trackingevent",
        about=_("A spreadsheet of scans: looked at first, then taken in."),
        section=SHIPMENTS,
        words="导入 轨迹 Excel",
    ),
    Page(
        _("Import weights"),
        "scale",
        "admin:backoffice_importfile_new_tracking_weight",
        "tracking.weigh_waybill",
        about=_("A spreadsheet of what the scale says; prices follow."),
        section=SHIPMENTS,
        words="导入 重量 复重 过磅 Excel",
    ),
    records(
        _("Refused events"),
        "report",
        "tracking.refusedevent",
        about=_("Scans that could not be taken, with the reason."),
        section=SHIPMENTS,
    ),
    records(
        _("Stage times"),
        "timer",
        "tracking.stageoverrun",
        about=_("Where shipments stayed longer than the standard."),
        section=STANDARDS,
    ),
    records(
        _("Partner scorecards"),
        "handshake",
        "tracking.partnerscore",
        about=_("How well each partner kept what was agreed."),
        section=STANDARDS,
        daily_for=frozenset({Role.QC_MANAGER}),
        hour=85,
    ),
    setting(
        _("Partner carriers"),
        "hub",
        "tracking.partnercarrier",
        _("Who carries on for us, and how their numbers look."),
        section=STANDARDS,
    ),
    setting(
        _("Couriers"),
        "delivery_dining",
        "tracking.courier",
        _("Who delivers and takes money at the door, and at which station."),
        section=STANDARDS,
        words="快递员 小哥",
    ),
    setting(
        _("Partner agreements"),
        "contract",
        "tracking.partneragreement",
        _("Times and shares that a partner has agreed to."),
        section=STANDARDS,
    ),
    setting(
        _("Service levels"),
        "sell",
        "tracking.servicelevel",
        _("What can be ordered: same day, standard, economy …"),
        section=STANDARDS,
    ),
    setting(
        _("Standard times"),
        "route",
        "tracking.servicelane",
        _("How long a service takes between two cities."),
        section=STANDARDS,
        words="时效",
    ),
    setting(
        _("Silence limits"),
        "notifications_paused",
        "tracking.silencelimit",
        _("After how long without a scan a shipment counts as stuck."),
        section=STANDARDS,
    ),
)
