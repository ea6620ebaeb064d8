"""The notice to the public stands on the site while its incident runs, and no longer."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.events.models import Event
from apps.incidents import services
from apps.incidents.enums import OnSite
from apps.incidents.queries.announced import public_notices
from apps.notifications import channels
from apps.notifications.channels import Outcome
from apps.notifications.enums import Effect
from apps.notifications.models import Announcement, Delivery
from apps.notifications.queries.desk import current_announcements
from apps.notifications.services import resend_delivery
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome
from tests.factories import incidents as f
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]
DELIVERED = Effect.DELIVERED


def ended(incident: Any, by: Any, how: str) -> None:
    given = {"incident_id": incident.pk, "by": by, "at": timezone.now()}
    if how == "withdrawn":
        services.withdraw_incident(reason="误报", text_zh="误报。", text_en="False alarm.", **given)
        return
    services.mark_stable(**given)
    services.end_incident(**given)


def unlimited() -> Any:
    return UserFactory(is_superuser=True)


@pytest.mark.parametrize("end", ["withdrawn", "over"])
def test_the_public_notice_ends_with_its_incident(client: Client, end: str) -> None:
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    services.announce(incident_id=incident.pk, until=now + f.DAY, by=boss, at=now)
    relay_all()
    send_all("site")
    assert len(current_announcements(timezone.now(), "zh-hans")) == 1
    assert [one.state for one in public_notices(incident, timezone.now())] == [OnSite.SHOWN]
    ended(incident, boss, end)
    assert current_announcements(timezone.now(), "zh-hans") == []
    gone = Announcement.objects.get()
    assert gone.withdrawn_by == boss
    event = Event.objects.filter(kind=f"incident.{end}").get()
    assert event.data["taken_off"] == 1
    sign_in(client, boss)
    page = client.get(reverse("admin:incidents_incident_change", args=[incident.pk])).text
    assert "已从网站撤下" in page and "撤下的公告" in page


@pytest.mark.parametrize("stage", ["not_read", "waiting", "sending"])
def test_a_public_notice_on_its_way_never_comes_onto_the_site(stage: str) -> None:
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    services.announce(incident_id=incident.pk, until=now + f.DAY, by=boss, at=now)
    claimed = None
    if stage != "not_read":
        relay_all()
    if stage == "sending":
        claimed = claim(channels.channel("site"), worker="test").delivery
        assert claimed is not None
    ended(incident, boss, "withdrawn")
    if claimed is not None:
        record_outcome(claimed.pk, claimed.attempts, Outcome(DELIVERED, "published"))
    relay_all()
    send_all("site")
    assert current_announcements(timezone.now(), "zh-hans") == []
    incident.refresh_from_db()
    assert [one.state for one in public_notices(incident, timezone.now())] == [OnSite.NEVER]


def test_closing_takes_off_what_a_colleague_sent_again() -> None:
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    services.announce(incident_id=incident.pk, until=now + f.DAY, by=boss, at=now)
    relay_all()
    ended(incident, boss, "over")
    waiting = Delivery.objects.get(channel="site")
    resend_delivery(delivery_id=waiting.pk, reason="误撤", by=unlimited(), at=timezone.now())
    send_all("site")
    assert len(current_announcements(timezone.now(), "zh-hans")) == 1
    f.acted_on(incident, boss)
    f.finish_steps(incident, boss)
    services.work_incidents()
    services.close_incident(incident_id=incident.pk, by=boss, at=timezone.now())
    assert current_announcements(timezone.now(), "zh-hans") == []


def test_a_notice_that_has_had_its_time_is_left_alone() -> None:
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    services.announce(incident_id=incident.pk, until=now + f.HOUR, by=boss, at=now)
    relay_all()
    send_all("site")
    later = now + 2 * f.HOUR
    services.withdraw_incident(
        incident_id=incident.pk,
        reason="误报",
        text_zh="误报。",
        text_en="False alarm.",
        by=boss,
        at=later,
    )
    assert Announcement.objects.get().withdrawn_at is None
    assert [one.state for one in public_notices(incident, later)] == [OnSite.ENDED]


@pytest.mark.parametrize("stage", ["not_read", "waiting", "shown"])
def test_announcing_again_replaces_what_the_site_shows(stage: str) -> None:
    """One incident has one notice on the site: the newest."""
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    services.announce(incident_id=incident.pk, until=now + f.DAY, by=boss, at=now)
    if stage != "not_read":
        relay_all()
    if stage == "shown":
        send_all("site")
    services.send_notice(
        incident_id=incident.pk, text_zh="仍在铲雪。", text_en="Still clearing.", by=boss, at=now
    )
    services.announce(incident_id=incident.pk, until=now + f.DAY, by=boss, at=now + f.HOUR / 60)
    relay_all()
    send_all("site")
    later = now + f.HOUR / 30
    [shown] = current_announcements(later, "zh-hans")
    assert "仍在铲雪" in shown["text"]
    before = OnSite.REPLACED if stage == "shown" else OnSite.NEVER
    assert [one.state for one in public_notices(incident, later)] == [OnSite.SHOWN, before]
