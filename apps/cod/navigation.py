"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records

COD = _("COD")
BOARD = frozenset({Role.CASHIER, Role.SAFETY_OFFICER})

PAGES = (
    records(
        _("Cash-ups"),
        "point_of_sale",
        "cod.cashup",
        about=_("Each courier's cash of the day: declared, counted, closed."),
        section=COD,
        daily_for=frozenset({Role.CASHIER}),
        hour=15,
        words="交款 收款 现金 日结",
    ),
    records(
        _("Cash deposits"),
        "savings",
        "cod.deposit",
        about=_("Slips of the bank, and whether their money is on the account."),
        section=COD,
        daily_for=frozenset({Role.CASHIER}),
        hour=20,
        words="存款 缴存 回单",
    ),
    records(
        _("Providers' settlements"),
        "qr_code_2",
        "cod.qrsettlement",
        about=_("What WeChat Pay, Alipay and card acquirers settle, net of their fee."),
        section=COD,
        daily_for=frozenset({Role.CASHIER}),
        hour=25,
        words="扫码 微信 支付宝 结算",
    ),
    Page(
        _("Import providers' settlements"),
        "upload_file",
        "admin:backoffice_importfile_new_cod_qrsettlement",
        "cod.enter_qrsettlement",
        about=_("A sheet with a row for each provider and day."),
        section=COD,
        words="导入 结算",
    ),
    Page(
        _("COD: where every yuan is"),
        "account_tree",
        "admin:cod_codproof_board",
        "cod.view_codproof",
        about=_("Sums by state, days from door to bank, what is short at which station."),
        section=COD,
        daily_for=BOARD,
        hour=12,
        words="代收货款 看板",
    ),
    records(
        _("COD items"),
        "local_atm",
        "cod.coditem",
        about=_("Where the money of each shipment paid at the door is."),
        section=COD,
        words="代收货款 货款",
    ),
    records(
        _("COD decisions"),
        "gavel",
        "cod.coddecision",
        about=_(
            "Another amount, a write-off, a debt waived, an overage kept: who asked, who approved."
        ),
        section=COD,
        words="代收 改价 核销",
    ),
    records(
        _("Daily COD proofs"),
        "fact_check",
        "cod.codproof",
        about=_("Every yuan in exactly one state: rows against ledger."),
        section=COD,
        words="代收 核对",
    ),
    records(
        _("Remittances"),
        "outgoing_mail",
        "cod.remittance",
        about=_("What merchants get: prepared, released by two people, paid or returned."),
        section=COD,
        daily_for=frozenset({Role.SETTLEMENT_CLERK}),
        hour=14,
        words="返款 回款 打款 代收货款",
    ),
    Page(
        _("Due to merchants"),
        "event_upcoming",
        "admin:cod_remittance_due",
        "cod.view_remittance",
        about=_("What would be paid to whom on a day, and what is carried."),
        section=COD,
        words="返款 预览 应付商家",
    ),
    Page(
        _("From the door to the merchant, in days"),
        "speed",
        "admin:cod_remittance_pace",
        "cod.view_remittance",
        about=_("Door to bank to merchant: median and nine of ten, per merchant and station."),
        section=COD,
        words="返款时效 天数",
    ),
    records(
        _("Remittance terms"),
        "calendar_month",
        "cod.remittanceterms",
        about=_("Each merchant's cycle, minimum, fees and what is set off."),
        section=COD,
        words="返款周期 结算周期",
    ),
    records(
        _("Paying ahead of the bank"),
        "fast_forward",
        "cod.advancepolicy",
        about=_("Which merchants get money before it is on the bank, and up to what sum."),
        section=COD,
        words="垫付 提前返款",
    ),
    records(
        _("Claw-backs"),
        "undo",
        "cod.clawback",
        about=_("What merchants have yet to give back, and consignees have yet to get."),
        section=COD,
        words="追回 退货 退款",
    ),
    records(
        _("Couriers who owe"),
        "person_alert",
        "cod.debtor",
        about=_("What was counted short, repaid and waived, courier by courier."),
        section=COD,
        words="欠款 短款 快递员",
    ),
)
