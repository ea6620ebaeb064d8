"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

CUSTOMERS = _("Customers")

PAGES = (
    records(
        CUSTOMERS,
        "apartment",
        "customers.customer",
        about=_("Companies we serve, with contacts, papers and who owns them."),
        section=CUSTOMERS,
        daily_for=frozenset(
            {Role.AGENT, Role.DIRECTOR, Role.PROJECT_MANAGER, Role.SALES, Role.FINANCE}
            | {Role.DEPARTMENT_MANAGER, Role.SETTLEMENT_CLERK}
        ),
        hour=70,
    ),
    Page(
        _("Enter a customer"),
        "add_business",
        "admin:customers_customer_add",
        "customers.add_customer",
        about=_("A company that is new to us."),
        section=CUSTOMERS,
        words="新建 客户",
    ),
    Page(
        _("Import customers"),
        "upload_file",
        "admin:backoffice_importfile_new_customers_customer",
        "customers.import_customer",
        about=_("A spreadsheet of companies with their contacts."),
        section=CUSTOMERS,
        words="导入 客户 联系人 Excel",
    ),
    records(
        _("Service handover forms"),
        "approval",
        "customers.handoverform",
        about=_("What sales hands over to service, signed by everybody concerned."),
        section=CUSTOMERS,
        daily_for=frozenset({Role.SALES, Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER}),
        hour=72,
    ),
    records(
        _("Verbal authorisations"),
        "record_voice_over",
        "customers.verbalauthorisation",
        about=_("Orders that go through before the paperwork, until when and by whose word."),
        section=CUSTOMERS,
    ),
    setting(
        _("Customers of API keys"),
        "link",
        "customers.customerscope",
        _("Whose shipments and orders an API key may see."),
        section=_("People and access"),
        may="add",
    ),
)
