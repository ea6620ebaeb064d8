"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, Topic, Variable, staff_topic

REMITTANCE = Variable("number", _("remittance"), "RM20261201-48391527", "RM20261201-48391527")
DAY = Variable("day", _("day"), "2026-12-01", "2026-12-01")
AMOUNT = Variable("amount", _("amount"), "¥12,480.00", "¥12,480.00")
SHIPMENTS = Variable("count", _("shipments"), "126", "126")
ACCOUNT = Variable("account", _("payout account"), "尾号 1234", "ending in 1234")

TOPICS = (
    Topic(
        "remittance.released",
        _("COD remittance on its way"),
        (REMITTANCE, DAY, AMOUNT, SHIPMENTS, ACCOUNT, *HOUSE),
    ),
    Topic(
        "remittance.returned",
        _("COD remittance returned by the bank"),
        (REMITTANCE, DAY, AMOUNT, ACCOUNT, *HOUSE),
    ),
    staff_topic("staff.remittance_held", _("Remittance held (staff)"), AMOUNT),
    staff_topic("staff.remittance_returned", _("Remittance returned (staff)"), AMOUNT),
)
