"""An incident, locked; and what can only be done while it runs."""

from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.incidents.models import Incident


def lock_incident(incident_id: int) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("unit", "version", "exception").get(pk=incident_id)


def lock_running(incident_id: int) -> Incident:
    """RuleBroken ``not_running`` once it is over or withdrawn."""
    incident = lock_incident(incident_id)
    if not incident.is_running:
        raise RuleBroken(
            _("This incident does not run any more."), code="not_running", field="state"
        )
    return incident
