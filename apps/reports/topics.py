"""What customers are sent of their month, and leaders of their day (REP-2, REP-3)."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, Topic, Variable, staff_topic

SUMMARY = Variable("summary", _("monthly summary"), "MS20261201-48391527", "MS20261201-48391527")
MONTH = Variable("month", _("month"), "2026-11", "2026-11")
WAY = Variable("way", _("sent by"), "邮寄", "post")
UNIT = Variable("unit", _("unit"), "上海分公司", "Shanghai branch")
DAY = Variable("day", _("day"), "2026-11-30", "2026-11-30")
CARD = Variable("card", _("ten lines in Chinese"), "● 严重异常：1", "● 严重异常：1")
CARD_EN = Variable("card_en", _("ten lines in English"), "● Serious: 1", "● Serious: 1")

TOPICS = (
    Topic("summary.sent", _("Monthly summary"), (SUMMARY, MONTH, WAY, *HOUSE)),
    staff_topic("staff.daily_card", _("Yesterday in ten lines (staff)"), UNIT, DAY, CARD, CARD_EN),
    staff_topic(
        "staff.summary_waits", _("A summary waits for your signature (staff)"), SUMMARY, MONTH
    ),
    staff_topic("staff.summary_returned", _("A summary was sent back (staff)"), SUMMARY, MONTH),
)
