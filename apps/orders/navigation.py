"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

SERVICE = frozenset({Role.AGENT, Role.DIRECTOR, Role.PROJECT_MANAGER})
CARRYING_OUT = frozenset({Role.DISPATCHER, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER})
ORDERS = _("Orders")

PAGES = (
    Page(
        _("Take an order"),
        "add_call",
        "admin:orders_workorder_enter",
        "orders.add_workorder",
        about=_("By phone, message or fax; read back before it counts."),
        section=ORDERS,
        daily_for=frozenset({Role.AGENT, Role.PROJECT_MANAGER}),
        hour=12,
        words="新建 下单 录单",
    ),
    records(
        _("Work orders"),
        "assignment",
        "orders.workorder",
        about=_("Every order, from the call to the last step."),
        section=ORDERS,
        daily_for=SERVICE
        | CARRYING_OUT
        | {Role.SALES, Role.DELIVERY_MANAGER, Role.DEPARTMENT_MANAGER},
        hour=50,
    ),
    records(
        _("Print queue"),
        "print",
        "orders.printjob",
        about=_("Papers and labels that wait in the centres."),
        section=ORDERS,
        daily_for=CARRYING_OUT,
        hour=14,
    ),
    records(
        _("Follow-up tasks"),
        "task_alt",
        "orders.followuptask",
        about=_("The steps after an order, with who does them and by when."),
        section=ORDERS,
    ),
    Page(
        _("Orders from files"),
        "upload_file",
        "admin:backoffice_importfile_new_orders_workorder",
        "orders.import_workorder",
        about=_("A spreadsheet of orders: looked at first, then taken in."),
        section=ORDERS,
        words="导入 Excel 批量",
    ),
    Page(
        _("Order counts"),
        "balance",
        "admin:orders_declaredcount_day",
        "orders.view_declaredcount",
        about=_("How many a customer sent, and how many we received."),
        section=ORDERS,
        hour=60,
    ),
    setting(
        _("Prohibited goods"),
        "block",
        "orders.prohibitedlist",
        _("Lists of what may not be carried, and since when."),
        section=ORDERS,
        words="违禁品 禁寄",
    ),
    setting(
        _("Words for prohibited goods"),
        "block",
        "orders.prohibitedterm",
        _("What people call such goods; orders with these words are stopped."),
        section=ORDERS,
    ),
    setting(
        _("Harmless words"),
        "check_circle",
        "orders.harmlessterm",
        _("What only sounds prohibited."),
        section=ORDERS,
    ),
    setting(
        _("Follow-up steps"),
        "checklist",
        "orders.followuptemplate",
        _("Which steps follow an order of each class, and when."),
        section=ORDERS,
    ),
)
