"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page, records, setting
from apps.complaints.navigation import CASES

PAGES = (
    records(
        _("Satisfaction surveys"),
        "sentiment_satisfied",
        "surveys.surveyask",
        about=_("What contacts and consignees answered when they were asked."),
        section=CASES,
        words="满意度 调查 回访",
    ),
    Page(
        _("Figures of the satisfaction surveys"),
        "monitoring",
        "admin:surveys_surveyask_figures",
        "surveys.view_surveyask",
        about=_("How many were asked and answered, and how satisfied they are."),
        section=CASES,
    ),
    setting(
        _("Survey plans"),
        "event_repeat",
        "surveys.surveyplan",
        _("How many are asked a day, from which hour, by which sample."),
        section=CASES,
        words="满意度 抽样",
    ),
)
