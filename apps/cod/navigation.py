"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records

COD = _("COD")

PAGES = (
    records(
        _("Remittances"),
        "outgoing_mail",
        "cod.remittance",
        about=_("What merchants get: prepared, released by two people, paid or returned."),
        section=COD,
        daily_for=frozenset({Role.FINANCE, Role.SETTLEMENT_CLERK}),
        hour=14,
        words="回款 返款 代收货款 打款",
    ),
    Page(
        _("Due to merchants"),
        "event_upcoming",
        "admin:cod_remittance_due",
        "cod.view_remittance",
        about=_("What would be paid to whom on a day, and what is carried."),
        section=COD,
        words="回款 预览 应付商家",
    ),
    Page(
        _("From the door to the merchant, in days"),
        "speed",
        "admin:cod_remittance_pace",
        "cod.view_remittance",
        about=_("Door to bank to merchant: median and nine of ten, per merchant and station."),
        section=COD,
        words="回款时效 天数",
    ),
    records(
        _("Remittance terms"),
        "calendar_month",
        "cod.remittanceterms",
        about=_("Each merchant's cycle, minimum, fees and what is set off."),
        section=COD,
        words="回款周期 结算周期",
    ),
)
