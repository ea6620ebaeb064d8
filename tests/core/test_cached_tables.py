"""What a process keeps of a table is what stands in the table, whoever changed it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Unit
from apps.core import cached_tables
from apps.core.cached_tables import CachedTables
from apps.orders.models import HarmlessTerm
from tests.factories.accounts import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> CachedTables[list[str]]:
    return CachedTables(
        lambda: sorted(HarmlessTerm.objects.values_list("term", flat=True)), HarmlessTerm
    )


def statements(act: object) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()  # type: ignore[operator]
    return len(seen)


def test_it_is_read_once_while_nothing_changes(names: CachedTables[list[str]]) -> None:
    assert statements(names) == 2
    assert statements(names) == 1
    assert names() is names()


def test_every_kind_of_change_is_seen(names: CachedTables[list[str]]) -> None:
    before = names()
    new = HarmlessTerm.objects.create(term="枪灰色测试", why="a colour")
    assert names() == sorted([*before, "枪灰色测试"])
    HarmlessTerm.objects.filter(pk=new.pk).update(term="枪灰色")
    assert "枪灰色" in names()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_harmlessterm SET term = '银灰色' WHERE id = %s", [new.pk])
    assert "银灰色" in names()
    new.delete()
    assert names() == before


def test_what_was_undone_is_not_kept(names: CachedTables[list[str]]) -> None:
    before = names()
    with pytest.raises(RuntimeError), transaction.atomic():
        HarmlessTerm.objects.create(term="枪灰色测试", why="a colour")
        assert "枪灰色测试" in names()
        raise RuntimeError
    assert names() == before


def test_several_are_asked_about_together(names: CachedTables[list[str]]) -> None:
    units = CachedTables(lambda: list(Unit.objects.values_list("code", flat=True)), Unit)

    def both() -> None:
        with cached_tables.checked_together(names, units):
            assert names() is names()
            units()

    both()
    assert statements(both) == 1
    UnitFactory(code="NEW-UNIT")
    both()
    assert "NEW-UNIT" in units()
