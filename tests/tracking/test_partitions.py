"""The events table: partitions made ahead, append-only, and the model that describes it."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import CharField
from django.utils import timezone

from apps.backoffice.tasks import purge_counts
from apps.tracking.models import TrackingEvent, Waybill
from apps.tracking.services import ensure_partitions, make_partitions_ahead
from apps.tracking.services.partitions import month_of
from apps.tracking.tasks import make_partitions
from tests.factories.tracking import report, waybill

pytestmark = pytest.mark.django_db


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'tracking_trackingevent'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute(statement)


def test_partitions_are_made_once_and_ahead() -> None:
    far = date(2027, 8, 1)
    assert ensure_partitions([far, far]) == 1
    assert ensure_partitions([far]) == 0
    assert ensure_partitions([]) == 0
    assert "tracking_trackingevent_2027_08" in partitions()
    make_partitions_ahead(datetime(2026, 11, 30, 20, tzinfo=UTC))  # already December at home
    assert {
        f"tracking_trackingevent_{m}" for m in ("2026_12", "2027_01", "2027_02")
    } <= partitions()


def test_no_partition_is_made_for_an_absurd_month() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ensure_partitions([date(1999, 1, 1)])


def test_the_daily_tasks_run() -> None:
    assert make_partitions() >= 0
    assert purge_counts() == 0


def test_the_month_is_the_local_one() -> None:
    assert month_of(datetime(2026, 2, 28, 16, tzinfo=UTC)) == date(2026, 3, 1)


@pytest.mark.parametrize("table", ["parent", "partition"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET text = 'x'", "DELETE FROM {}", "TRUNCATE {}"],
)
def test_events_cannot_be_changed(statement: str, table: str) -> None:
    parcel = report(waybill(), "picked_up")
    name = "tracking_trackingevent"
    if table == "partition":
        name += parcel.issued_month.strftime("_%Y_%m")
    with pytest.raises(DatabaseError, match="append-only"):
        sql(statement.format(name))


def test_an_event_cannot_lie_in_another_month_than_its_waybill() -> None:
    parcel = report(waybill(), "picked_up")
    other = date(2027, 9, 1)
    ensure_partitions([other])
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(
            "INSERT INTO tracking_trackingevent (issued_month, waybill_id, source, dedupe_key,"
            " content_hash, occurred_at, code, status, strength, rank, by_id)"
            f" SELECT '{other}', waybill_id, source, dedupe_key, content_hash, occurred_at, code,"
            " status, strength, rank, by_id FROM tracking_trackingevent"
            f" WHERE waybill_id = {parcel.pk}; SET CONSTRAINTS ALL IMMEDIATE"
        )


def test_the_model_describes_the_table_as_it_is() -> None:
    with connection.cursor() as cursor:
        table = TrackingEvent._meta.db_table
        columns = {c.name: c for c in connection.introspection.get_table_description(cursor, table)}
    fields = {f.column: f for f in TrackingEvent._meta.concrete_fields}
    assert set(columns) == set(fields)
    for name, field in fields.items():
        assert columns[name].null_ok == field.null, name
        if isinstance(field, CharField):
            assert columns[name].internal_size == field.max_length, name


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "tracking", check=True, dry_run=True, verbosity=0)


def test_what_must_never_be_false_is_refused_by_the_database() -> None:
    parcel = waybill()
    for change in (
        {"status": "delivered"},
        {"delivered_at": timezone.now()},
        {"pieces": 0},
        {"cod_amount": 0},
        {"issued_month": date(2026, 3, 2)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Waybill.objects.filter(pk=parcel.pk).update(**change)
