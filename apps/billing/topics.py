"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, Topic, Variable, staff_topic

STATEMENT = Variable("statement", _("statement"), "ST20261101-48391527", "ST20261101-48391527")
PERIOD = Variable("period", _("month"), "2026-11", "2026-11")
AMOUNT = Variable("amount", _("amount"), "¥12,480.00", "¥12,480.00")
DUE_ON = Variable("due_on", _("due on"), "2026-12-31", "2026-12-31")
WAY = Variable("way", _("sent by"), "邮寄", "post")
CHARGE = Variable("charge", _("charge"), "YP12345678901", "YP12345678901")
# What we answered: for channels that reach nobody else.
ANSWER = Variable("answer", _("answer"), "已复核重量。", "Weighed again.", personal="code")
LETTER = Variable("number", _("letter"), "DN20261201-48391527", "DN20261201-48391527")
LEVEL = Variable("level", _("level"), "2", "2")


def _decided(key: str, label: Promise) -> Topic:
    return Topic(f"dispute.{key}", label, (STATEMENT, PERIOD, CHARGE, AMOUNT, ANSWER, *HOUSE))


TOPICS = (
    Topic(
        "statement.sent",
        _("Statement of the month"),
        (STATEMENT, PERIOD, AMOUNT, DUE_ON, WAY, *HOUSE),
    ),
    Topic(
        "dunning.sent",
        _("Dunning letter"),
        (LETTER, LEVEL, STATEMENT, AMOUNT, DUE_ON, WAY, *HOUSE),
    ),
    _decided("accepted", _("Dispute about a charge accepted")),
    _decided("refused", _("Dispute about a charge refused")),
    staff_topic(
        "staff.statement_blocked", _("Something stands in a statement's way (staff)"), STATEMENT
    ),
    staff_topic("staff.dispute_raised", _("Customer disputes a charge (staff)"), STATEMENT, CHARGE),
)
