"""The same scan, reported again under another id or by another source, is shown once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.tracking.models import Waybill
from apps.tracking.queries import live_events, public_view, timeline
from apps.tracking.services import correct_event, ingest
from tests.factories.accounts import bearer
from tests.factories.tracking import event, events_of, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-2")]
WHEN = datetime.now(UTC).replace(second=20, microsecond=0) - timedelta(hours=2)


def scan(of: Waybill, source: str = "api:shop", **fields: Any) -> None:
    fields = {"code": "arrived", "occurred_at": WHEN, "place": "北京转运中心"} | fields
    code = fields.pop("code")
    ingest([event(of, code, **fields)], source=source, by=system_user("tests"), at=timezone.now())


def shown(of: Waybill, client: Client) -> set[int]:
    """How many events each reader is shown."""
    headers = bearer("waybills:read")
    public = public_view(of.number)
    assert public is not None
    answer = client.get(f"/api/v1/waybills/{of.number}", headers=headers).json()
    return {
        len(public.events),
        len(timeline(of)),
        len(live_events([of])[of.pk]),
        len(answer["events"]),
    }


@pytest.mark.parametrize(
    ("again", "times"),
    [
        ({"source_id": "b"}, 1),
        ({"source": "feed:sf"}, 1),
        ({"source": "feed:sf", "text": "快件到达【北京转运中心】"}, 1),
        ({"source": "feed:sf", "place": "北京 转运中心"}, 1),
        # A source without seconds means any of that minute.
        ({"source": "feed:sf", "occurred_at": WHEN.replace(second=0)}, 1),
        ({"source": "feed:sf", "occurred_at": WHEN.replace(second=40)}, 2),
        ({"source_id": "b", "text": "第二次到达"}, 2),
        ({"source_id": "b", "code": "departed"}, 2),
        ({"source_id": "b", "place": "上海转运中心"}, 2),
        ({"source_id": "b", "occurred_at": WHEN - timedelta(minutes=1)}, 2),
    ],
)
def test_once_for_every_reader_and_kept_as_it_came(
    client: Client, again: dict[str, Any], times: int
) -> None:
    parcel = waybill()
    scan(parcel, source_id="a", text="到达")
    scan(parcel, **again)
    assert len(events_of(parcel)) == 2
    assert shown(parcel, client) == {times}


def test_what_was_put_right_leaves_the_word_of_the_other_source() -> None:
    parcel = waybill()
    scan(parcel)
    scan(parcel, source="feed:sf")
    (only,) = timeline(parcel)
    correct_event(
        waybill=parcel,
        event_id=only.id,
        replacement=None,
        reason="scanned by mistake",
        by=system_user("tests"),
        at=timezone.now(),
    )
    assert [row.is_live for row in timeline(parcel) if not row.is_withdrawal] == [True, False]
