from apps.tracking.queries.party import PartyView, party_view
from apps.tracking.queries.public import (
    PublicEvent,
    PublicShipment,
    masked_parties,
    public_view,
    public_views,
)
from apps.tracking.queries.timeline import TimelineRow, live_events, timeline
from apps.tracking.queries.waybill import find_waybills

__all__ = [
    "PartyView",
    "PublicEvent",
    "PublicShipment",
    "TimelineRow",
    "find_waybills",
    "live_events",
    "masked_parties",
    "party_view",
    "public_view",
    "public_views",
    "timeline",
]
