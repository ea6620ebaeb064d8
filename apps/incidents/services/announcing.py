"""The notice to the public: on the site while the incident runs, and no longer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput
from apps.core.site_notices import publisher
from apps.events.services import record
from apps.incidents.enums import StepKind
from apps.incidents.models import Incident
from apps.incidents.queries.announced import announced_events
from apps.incidents.services.locking import lock_running
from apps.incidents.services.tasks import finish_open


@transaction.atomic
def announce(*, incident_id: int, until: datetime, by: User, at: datetime) -> None:
    """Make the newest notice public on the site until ``until``, or until the incident is over, in place of the one
    announced before; the step that asks for it is done with it."""
    incident = lock_running(incident_id)
    if until <= at:
        raise BadInput(_("This lies in the past."), code="past", field="until")
    _end_announced(incident, _("A newer notice replaces it."), by=by, at=at)
    newest = incident.notices.order_by("-n").first()
    data = {"until": until.isoformat(), "n": newest.n if newest else 0}
    record("incident.announced", incident, by=by, at=at, data=data)
    finish_open(incident, StepKind.PUBLIC_NOTICE, _("Announced on the site."), by=by, at=at)


def end_public_notices(incident: Incident, *, by: User, at: datetime) -> int:
    """What the site says of it ends, in the transaction of the act that ends the incident; how many stood there.
    News of an announcement that was not read yet is not shown: whoever reads it waits for this act."""
    return _end_announced(incident, str(incident.get_state_display()), by=by, at=at)


def _end_announced(incident: Incident, reason: str, *, by: User, at: datetime) -> int:
    events = list(announced_events(incident).values_list("pk", flat=True))
    return publisher().end(events, reason=reason, by=by, at=at) if events else 0
