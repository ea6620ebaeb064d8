"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, RecordPart, records, setting

INCIDENTS = _("Incidents")

PAGES = (
    Page(
        _("Incidents now"),
        "crisis_alert",
        "admin:incidents_incident_board",
        "incidents.view_incident",
        about=_("What runs, who has the command, who was told; which drills are due."),
        section=INCIDENTS,
        daily_for=frozenset({Role.DISPATCHER, Role.QC_MANAGER, Role.DEPUTY_GENERAL_MANAGER}),
        hour=35,
        words="突发 应急 事件 大雪 停运 指挥",
    ),
    records(
        _("Incidents"),
        "warning",
        "incidents.incident",
        about=_("Every incident, running, over and closed."),
        section=INCIDENTS,
        words="突发事件 应急 延误",
    ),
    records(
        _("Drills"),
        "sports_kabaddi",
        "incidents.drill",
        about=_("Which contingency plan is to be practised when, and what was found."),
        section=INCIDENTS,
        words="演练 预案",
    ),
    setting(
        _("Contingency plans"),
        "menu_book",
        "incidents.plan",
        _("What is done by whom within how many minutes when something goes wrong."),
        section=INCIDENTS,
        words="预案 应急 步骤",
    ),
)
RECORD_PARTS = tuple(
    RecordPart(model, _("Incidents"), "admin:incidents_incident_beside", "incidents.view_incident")
    for model in ("complaints.case",)
)
