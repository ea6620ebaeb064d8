"""What this floor lets the notifications floor say, with the variables its words may use."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOTLINE, LINK, NUMBER, Topic, Variable
from apps.notifications.topics import CODE, MINUTES

ANSWER, CODE_TOPIC = "inquiry.answer", "inquiry.code"
# Said to whoever asked for it, so no channel masks it: the sentence holds no personal data.
SENTENCE = Variable(
    "sentence",
    _("the state in one sentence"),
    "运输中，预计明天 18:00 前送达",
    "On its way, expected tomorrow by 18:00",
    personal="code",
)


# Gathered by the notifications floor, whose templates and policies then know them.
TOPICS = (
    Topic(ANSWER, _("Answer to a question about a shipment"), (NUMBER, SENTENCE, HOTLINE, LINK)),
    Topic(CODE_TOPIC, _("Code to bind a WeChat account"), (CODE, MINUTES, HOTLINE)),
)
