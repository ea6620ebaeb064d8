"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import HOUSE, NUMBER, WHEN, Topic

TOPICS = (
    Topic("survey.satisfaction", _("Satisfaction survey"), (NUMBER, WHEN, *HOUSE), followed=True),
)
