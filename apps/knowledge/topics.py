"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

TITLE = Variable("title", _("title"), "赔付规则", "What is compensated")
DUE = Variable("due", _("due"), "12-08 18:00", "12-08 18:00")
TEXT = Variable("text", _("words"), "节假日派送", "delivery on holidays")
TIMES = Variable("times", _("times"), "14", "14")

TOPICS = (
    staff_topic(
        "staff.article_to_read", _("An article to be read and understood (staff)"), TITLE, DUE
    ),
    staff_topic("staff.article_wanted", _("An article is asked for (staff)"), TEXT, TIMES),
)
