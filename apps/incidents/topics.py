"""What customers, consignees and colleagues are told of incidents (CMP-8)."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import COUNT, HOUSE, NUMBER, Topic, Variable, staff_topic

# ``code``: shown in full wherever the notice is. They are no secret, but words of ours and not of a list.
TITLE = (
    Variable(
        "title",
        _("what happened, in Chinese"),
        "杭州大雪，干线停运",
        "杭州大雪，干线停运",
        personal="code",
    ),
    Variable(
        "title_en",
        _("what happened, in English"),
        "Snow at Hangzhou",
        "Snow at Hangzhou",
        personal="code",
    ),
)
TEXT = (
    Variable("text_zh", _("text, in Chinese"), "杭州大雪，干线停运，预计晚到约 24 小时。", "杭州大雪。", personal="code"),
    Variable("text_en", _("text, in English"), "Snow at Hangzhou.", "Snow closes the roads.", personal="code"),
)  # fmt: skip
PLACES = (
    Variable("place", _("place"), "杭州、嘉兴", "杭州、嘉兴"),
    Variable("place_en", _("place, in English"), "杭州, 嘉兴", "杭州, 嘉兴"),
)
SUBJECT = Variable("subject", _("what has happened"), "杭州大雪", "Snow at Hangzhou")

TOPICS = (
    Topic(
        "incident.customer",
        _("Incident, to customers"),
        (NUMBER, COUNT, *TITLE, *TEXT, *HOUSE),
        followed=True,
    ),
    Topic(
        "incident.consignee",
        _("Incident, to consignees"),
        (NUMBER, *TITLE, *TEXT, *HOUSE),
        followed=True,
    ),
    Topic("incident.announced", _("Incident, to everybody"), (*TITLE, *TEXT, *HOUSE)),
    staff_topic("staff.incident_declared", _("Incident declared (staff)"), SUBJECT, *PLACES),
    staff_topic("staff.incident_seat", _("A seat or a step in an incident (staff)"), SUBJECT),
)
