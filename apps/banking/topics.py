"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import CUSTOMER, HOUSE, Topic, Variable, staff_topic

ACCOUNT = Variable("account", _("account number"), "**** 3027", "**** 3027")
BANK = Variable("bank", _("bank"), "招商银行", "China Merchants Bank")
UNTIL = Variable("until", _("waits until"), "12-02 18:00", "12-02 18:00")
PAYOUT = Variable("payout", _("payout"), "FK20261201-48391527", "FK20261201-48391527")
AMOUNT = Variable("amount", _("amount"), "¥12,480.00", "¥12,480.00")

TOPICS = (
    Topic(
        "payee.call_back", _("Call back about a payout account"), (CUSTOMER, ACCOUNT, BANK, *HOUSE)
    ),
    Topic(
        "payee.cooling",
        _("Another account will receive your money"),
        (CUSTOMER, ACCOUNT, BANK, UNTIL, *HOUSE),
    ),
    staff_topic("staff.payee_stopped", _("Payout account stopped (staff)"), ACCOUNT),
    staff_topic("staff.payment_attempt", _("Attempt on money refused (staff)")),
    staff_topic("staff.payout_unclear", _("Outcome of a payout unknown (staff)"), PAYOUT, AMOUNT),
    staff_topic("staff.payout_returned", _("Payout returned (staff)"), PAYOUT, AMOUNT),
)
