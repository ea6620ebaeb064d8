"""Another try for items that were refused, once the waybill exists."""

import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.events.services import record
from apps.tracking.enums import RefusedState
from apps.tracking.inputs import IngestResult, Refusal
from apps.tracking.kuaidi100 import read_document
from apps.tracking.models import PartnerCarrier
from apps.tracking.reading import read_event
from apps.tracking.services.feed import take_document
from apps.tracking.services.ingest import ingest
from apps.tracking.services.refusals import close, lock_open

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def retry_refused(*, refused_id: int, by: "User", at: datetime) -> IngestResult:
    """Send a refused item through ingest again as it came. BadInput when it is refused again."""
    refused = lock_open(refused_id)
    payload = json.loads(refused.payload)
    if isinstance(payload, dict) and "kuaidi100" in payload:
        result = _take_document(payload, by=by, at=at)
    else:
        item = read_event(payload)
        if isinstance(item, Refusal):
            raise BadInput(item.message, code=item.code, field=item.field or None)
        result = ingest([item], source=refused.batch.source, by=by, at=at, save_refusals=False)
    if result.refused:
        again = result.refused[0]
        raise BadInput(
            _("Refused again: %(why)s") % {"why": again.message},
            code=again.code,
            field=again.field or None,
        )
    close(refused, RefusedState.ACCEPTED, by=by, at=at)
    record("refusedevent.accepted", refused, by=by, at=at, data={"outcome": result.outcomes[0]})
    return result


def _take_document(payload: dict[str, str], *, by: "User", at: datetime) -> IngestResult:
    carrier = PartnerCarrier.objects.get(code=payload["carrier"])
    document = read_document(payload["kuaidi100"].encode(), ZoneInfo(carrier.time_zone))
    document.refused.clear()
    return take_document(carrier=carrier, document=document, by=by, at=at)
