"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

MONEY = _("Statements and payments")
FINANCE = frozenset({Role.FINANCE, Role.SETTLEMENT_CLERK})

PAGES = (
    Page(
        _("Finance's desk"),
        "monitoring",
        "admin:billing_statement_board",
        "billing.view_receipt",
        about=_("The month's statements by stage, what is owed and how old it is."),
        section=MONEY,
        daily_for=frozenset({Role.FINANCE, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER}),
        hour=5,
        words="财务 账龄 应收",
    ),
    records(
        _("Statements"),
        "receipt_long",
        "billing.statement",
        about=_("Each payer's month: charges, what stands in its way, where it is."),
        section=MONEY,
        daily_for=FINANCE,
        hour=10,
        words="对账 对账单 月结",
    ),
    records(
        _("Disputed charges"),
        "rule",
        "billing.dispute",
        about=_("Lines that a customer does not agree to."),
        section=MONEY,
        daily_for=frozenset({Role.FINANCE}),
        hour=25,
        words="异议",
    ),
    records(
        _("Receipts"),
        "payments",
        "billing.receipt",
        about=_("Money that came in, and what it settled."),
        section=MONEY,
        daily_for=frozenset({Role.FINANCE}),
        hour=30,
        words="收款 回款 销账",
    ),
    records(
        _("Write-offs"),
        "money_off",
        "billing.writeoff",
        about=_("What is given up as a loss: who asked, who approved."),
        section=MONEY,
        words="坏账 核销 损失",
    ),
    records(
        _("Invoices"),
        "request_quote",
        "billing.invoice",
        about=_("Asked for, issued by the tax channel or by hand, handed out, received."),
        section=MONEY,
        daily_for=FINANCE,
        hour=35,
        words="发票 开票",
    ),
    records(
        _("Red forms"),
        "assignment_return",
        "billing.redform",
        about=_("Invoices that are taken back: who has to confirm it, and until when."),
        section=MONEY,
        words="红字 红冲 红字确认单",
    ),
    records(
        _("Cheques"),
        "checkbook",
        "billing.cheque",
        about=_("The clerk's round, and cheques on their way to be money."),
        section=MONEY,
        daily_for=frozenset({Role.SETTLEMENT_CLERK}),
        hour=40,
        words="支票",
    ),
    records(
        _("Prices of shipments"),
        "calculate",
        "billing.shipmentrating",
        about=_("What each shipment costs and why, and those without a price."),
        section=MONEY,
        daily_for=frozenset({Role.FINANCE}),
        hour=45,
        words="计价 运费 未计价",
    ),
    setting(
        _("Billing terms"),
        "contract",
        "billing.billingterms",
        _("Who pays for a customer, and when silence agrees."),
        section=MONEY,
    ),
)
