"""What this floor's own events mean to people."""

from collections.abc import Sequence

from apps.core.notice_types import Notice, staff_notice
from apps.events.models import Event
from apps.notifications.models import WebhookEndpoint


def _endpoints(events: Sequence[Event]) -> list[Notice]:
    endpoints = WebhookEndpoint.objects.select_related("customer").in_bulk(
        [int(event.subject_id) for event in events]
    )
    found = []
    for event in events:
        endpoint = endpoints.get(int(event.subject_id))
        if endpoint is None:
            continue
        for topic in ("staff.endpoint_disabled", "endpoint.disabled"):
            notice = staff_notice(topic, event, endpoint.customer, {"detail": endpoint.url})
            notice.cause = f"{topic}:{event.pk}"
            found.append(notice)
    return found


NOTICES = {"webhookendpoint.disabled": _endpoints}
