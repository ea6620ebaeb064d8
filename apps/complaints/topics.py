"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, NUMBER, WHEN, Topic, Variable, staff_topic

SUBJECT = Variable("subject", _("subject"), "包装破损", "Damaged parcel")

CASE = Variable("case", _("case number"), "CS20261125-48391527", "CS20261125-48391527")
# Their own conversation, for the channels that have room for it and reach nobody else.
TEXT = Variable(
    "text",
    _("what was written"),
    "已联系派送员，今天18:00前送到。",
    "We spoke with the driver: today by 18:00.",
    personal="code",
)
NEXT = Variable("next", _("what happens next"), "我们会在14:05前答复您。", "We answer by 14:05.")


def _case(key: str, label: Promise, *more: Variable) -> Topic:
    return Topic(f"case.{key}", label, (CASE, NUMBER, WHEN, *more, *HOUSE))


TOPICS = (
    _case("received", _("Case received"), NEXT),
    _case("reply", _("Reply in a case"), TEXT, NEXT),
    _case("solved", _("Solution of a case"), TEXT),
    _case("satisfaction", _("Asked how satisfied they are")),
    _case("closed", _("Case closed")),
    staff_topic("staff.case_assigned", _("Case given to an agent (staff)"), CASE, SUBJECT),
    staff_topic("staff.case_at_desk", _("Case at the service desk (staff)"), CASE, SUBJECT),
    staff_topic("staff.case_message", _("Customer wrote in a case (staff)"), CASE, SUBJECT),
    staff_topic("staff.case_reported", _("Case reported to the leaders (staff)"), CASE, SUBJECT),
    staff_topic("staff.case_escalated", _("Customer dissatisfied again (staff)"), CASE, SUBJECT),
    staff_topic("staff.praise", _("Praise by a customer (staff)"), CASE, TEXT),
    staff_topic(
        "staff.case_undelivered", _("Somebody with a case could not be told (staff)"), CASE
    ),
)
