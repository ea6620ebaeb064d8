"""The demonstration's directory: groups, somebody moved, somebody who waits (STF-3)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import demo
from apps.accounts.enums import IdentityState, Role
from apps.accounts.models import DirectoryGroup, DirectoryIdentity, User, UserRole
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]


def test_a_directory_that_nobody_has_to_reach(role_groups: None) -> None:
    for code in ("SHA", "SHA-DC", "SHA-FC", "CAN-FC"):
        UnitFactory(code=code)
    UserFactory(username="xitong", roles=[Role.IT_ADMIN])
    with CaptureQueriesContext(connection) as asked:
        demo.make_directory(seed=1, now=timezone.now())
    assert len(asked) <= 155, len(asked)
    assert DirectoryGroup.objects.count() == 4
    states = dict(DirectoryIdentity.objects.values_list("username", "state"))
    assert states == {
        "gumin": IdentityState.ADMITTED,
        "shenji": IdentityState.REFUSED,
        "tangxin": IdentityState.WAITING,
    }
    held = UserRole.objects.current().filter(user__username="gumin")
    assert [(one.role, one.unit.code) for one in held] == [("freight_clerk", "CAN-FC")]
    assert Event.objects.filter(kind="directoryidentity.remapped").count() == 2
    assert not User.objects.filter(username="tangxin").exists()
    assert not DirectoryIdentity.objects.filter(next_at__isnull=False).exists(), "it is never asked"
