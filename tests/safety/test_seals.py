"""Sealed rows that were tampered with by SQL are found and named (COD-6)."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installation
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import record
from apps.safety import services
from apps.safety.enums import FindingState, SealKind, Tampering
from apps.safety.models import Seal, SealCopy, SealFinding, SealMark
from apps.safety.queries import seals as queries
from apps.safety.services import sealing
from apps.safety.services.outside import outside
from apps.safety.services.verifying import verify
from tests.at_once import all_at_once
from tests.factories.accounts import UserFactory
from tests.safety import tampering
from tests.safety.tampering import as_owner, run
from tests.waiting import eventually

pytestmark = pytest.mark.requirement("COD-6")
ROWS = (
    Tampering.EDITED,
    Tampering.DELETED,
    Tampering.INSERTED,
    Tampering.REORDERED,
    Tampering.TRUNCATED,
)


def written(n: int = 3) -> list[Event]:
    user = UserFactory()
    with transaction.atomic():
        return [record("user.tested", user, by=user, data={"n": k}) for k in range(n)]


def sealed(n: int = 3) -> list[Event]:
    rows = written(n)
    services.seal_new_rows()
    services.store_outside()
    assert services.verify_all() == []
    return rows


def copy_file() -> Path:
    [file] = Path(installation.SEALS_DIR).glob("*.jsonl")
    return file


@pytest.mark.django_db
def test_every_append_only_table_is_sealed_or_has_a_reason() -> None:
    roots = set(tampering.roots())
    left_out = {model._meta.db_table for model in queries.NOT_SEALED}
    assert left_out == {"safety_seal", "safety_sealcopy"}
    assert {"events_event", "ledger_posting", "billing_charge", "backoffice_approval"} <= roots
    assert all(table.sequence for table in queries.tables()), "ids come from a sequence"
    leaves = {table.name for table in queries.tables()}
    assert roots - leaves == {"tracking_trackingevent"}, "its partitions are sealed instead"
    assert any(name.startswith("tracking_trackingevent_2") for name in leaves)


@pytest.mark.django_db
def test_a_seal_says_its_range_and_an_idle_house_makes_none() -> None:
    rows = sealed()
    seal = Seal.objects.filter(table="events_event").get()
    assert (seal.count, seal.to_id) == (
        Event.objects.filter(id__lte=seal.to_id).count(),
        rows[-1].pk,
    )
    before = Seal.objects.count()
    assert services.seal_new_rows() == 0
    assert services.store_outside() == 0
    written(1)
    assert services.seal_new_rows() == 1
    newest, older = Seal.objects.order_by("-number")[:2]
    assert (newest.count, newest.after_id, newest.previous) == (1, seal.to_id, older.hash)
    assert Seal.objects.count() == before + 1


@pytest.mark.django_db
def test_a_seal_holds_under_other_settings_of_the_session() -> None:
    sealed()
    run(
        "SET LOCAL TimeZone = 'Asia/Shanghai'; SET LOCAL IntervalStyle = 'sql_standard'; SET LOCAL bytea_output = 'escape'"
    )
    assert services.verify_all() == []
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE events_event ALTER COLUMN kind TYPE varchar(90)")
    run("ALTER TABLE events_event ADD COLUMN later integer DEFAULT 7")
    assert services.verify_all() == [], "a wider column and a new one change no sealed row"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ROWS)
def test_tampering_with_events_is_named_told_once_and_explained(kind: Tampering) -> None:
    sealed(12)
    as_owner("events_event")
    done = tampering.tamper("events_event", kind, random.Random(7))
    [found] = services.verify_recent()
    assert (found.tampering, found.table, found.rows) == (kind, "events_event", done.rows)
    assert services.verify_recent() == services.verify_all() == []
    answers = Event.objects.get(kind="sealfinding.found")
    assert answers.data["table"] == "events_event"
    by = UserFactory()
    with pytest.raises(BadInput):
        services.explain_finding(found, explanation="嗯", by=by, at=timezone.now())
    services.explain_finding(found, explanation="演练：安全员自己改的", by=by, at=timezone.now())
    found.refresh_from_db()
    assert found.state == FindingState.EXPLAINED
    with pytest.raises(RuleBroken):
        services.explain_finding(found, explanation="再说一次试试", by=by, at=timezone.now())


@pytest.mark.django_db
def test_rows_moved_to_a_free_id_of_the_range_changed_places() -> None:
    rows = sealed(3)
    as_owner("events_event")
    free = Event.objects.order_by("id").values_list("id", flat=True)[0] - 5
    run("UPDATE events_event SET id = %s WHERE id = %s", free, rows[1].pk)
    [found] = services.verify_recent()
    assert (found.tampering, found.rows) == (Tampering.REORDERED, [free, rows[1].pk])


# ---- the seals themselves ------------------------------------------------------------------------


@pytest.fixture
def _owner() -> Iterator[None]:
    as_owner("safety_seal", "safety_sealcopy")
    yield


def chain(n: int = 5) -> list[Seal]:
    """So many seals, kept outside."""
    for _turn in range(n):
        sealed(1)
    return list(Seal.objects.filter(table="events_event").order_by("number"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_owner")
@pytest.mark.parametrize(
    "change",
    ["count = count + 1", "to_id = to_id + 1", "rows_hash = repeat('0', 64)", "hash = repeat('1', 32)",
     "marks = ''", "columns = 'kind'", "\"table\" = 'ledger_entry'", "at = at - interval '2 days'"],
)  # fmt: skip
def test_a_changed_seal_is_named(change: str) -> None:
    seal = chain()[2]
    run(f"UPDATE safety_seal SET {change} WHERE number = %s", seal.number)
    found = services.verify_recent()
    assert (Tampering.SEAL_CHANGED, seal.number) in {(f.tampering, f.first_seal) for f in found}
    assert services.verify_recent() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_owner")
def test_a_row_edited_with_its_seal_made_to_fit_is_found_by_the_key() -> None:
    """Whoever owns the database can compute every hash but the keyed one."""
    chain()
    rows = list(Event.objects.order_by("id"))
    as_owner("events_event")
    run("UPDATE events_event SET data = '{}' WHERE id = %s", rows[-1].pk)
    seal = Seal.objects.filter(table="events_event").latest("number")
    queries.settle()
    _n, rows_hash, marks = queries.range_of("events_event", seal.columns, seal.after_id, seal.to_id)
    run("UPDATE safety_seal SET rows_hash = %s, marks = %s, hash = md5(random()::text) WHERE number = %s",
        rows_hash, marks, seal.number)  # fmt: skip
    [found] = services.verify_recent()
    assert (found.tampering, found.first_seal, found.table) == (
        Tampering.SEAL_CHANGED, seal.number, "events_event")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("_owner")
@pytest.mark.parametrize("where", ["middle", "end", "all"])
def test_missing_seals_are_named_with_their_table(where: str) -> None:
    seals = chain()
    last = Seal.objects.latest("number").number
    first, end = {
        "middle": (seals[1].number,) * 2,
        "end": (seals[-1].number, last),
        "all": (1, last),
    }[where]
    run("DELETE FROM safety_seal WHERE number BETWEEN %s AND %s", first, end)
    run("DELETE FROM safety_sealcopy")
    found = {f.tampering: f for f in services.verify_recent()}
    missing = found[Tampering.SEAL_MISSING]
    assert (missing.first_seal, missing.last_seal) == (first, end)
    assert missing.table != "safety_seal", "the copy outside names it"
    written(1)
    services.seal_new_rows()
    assert Seal.objects.latest("number").number > last, "the chain goes on from the copy"


@pytest.mark.django_db
def test_a_copy_that_was_cut_is_a_finding_and_is_written_again() -> None:
    chain()
    file = copy_file()
    whole = file.read_bytes()
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    assert [f.tampering for f in services.verify_recent()] == [Tampering.COPY_CUT]
    services.store_outside()
    assert file.read_bytes() == whole
    assert services.verify_recent() == []
    file.unlink()
    services.store_outside()
    assert SealFinding.objects.filter(tampering=Tampering.COPY_CUT).count() == 2
    assert copy_file().read_bytes() == whole


@pytest.mark.django_db
def test_a_changed_line_of_the_copy_is_named_and_a_torn_one_passed_over() -> None:
    seals = chain()
    file = copy_file()
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"count": ', b'"count": 1')
    file.write_bytes(b"".join(lines) + lines[-1][:40])
    found = services.verify_recent()
    assert [(f.tampering, f.first_seal) for f in found] == [(Tampering.COPY_CHANGED, 2)]
    assert seals
    written(1)
    services.seal_new_rows()
    assert services.store_outside() == 1, "the torn line is closed and the new one stands after it"
    assert services.verify_recent() == []
    assert outside().last().number == Seal.objects.latest("number").number  # type: ignore[union-attr]


@pytest.mark.django_db
def test_what_retention_releases_cries_no_wolf() -> None:
    rows = sealed()
    by, at = UserFactory(), timezone.now()
    with pytest.raises(BadInput):
        services.release_rows(table="events_event", reason=" ", by=by, at=at)
    with pytest.raises(BadInput):
        services.release_rows(table="auth_group", reason="没有封存", by=by, at=at)
    call_command("release_seals", "events_event", reason="保存期满", by=by.username, verbosity=0)
    assert Event.objects.get(kind="seal.released").data["reason"] == "保存期满"
    with pytest.raises(RuleBroken):
        services.release_rows(table="events_event", reason="再来一次", by=by, at=at)
    as_owner("events_event")
    run("DELETE FROM events_event WHERE id = %s", rows[0].pk)
    assert services.verify_all() == []
    written(1)
    services.seal_new_rows()
    run("DELETE FROM events_event WHERE id = (SELECT max(id) FROM events_event)")
    assert [f.tampering for f in services.verify_all()] == [Tampering.DELETED], (
        "what came later is watched"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_owner")
def test_a_release_written_by_hand_hides_nothing() -> None:
    rows = sealed()
    seal = Seal.objects.latest("number")
    run("INSERT INTO safety_seal (number, kind, \"table\", to_id, count, columns, rows_hash, marks, previous, reason,"
        " by_id, at, hash) VALUES (%s, 'release', 'events_event', 99999999, 0, '', '', '', %s, '清理', %s, now(), %s)",
        seal.number + 1, seal.hash, rows[0].by_id, "f" * 32)  # fmt: skip
    assert (Tampering.SEAL_CHANGED, seal.number + 1) in {
        (f.tampering, f.first_seal) for f in services.verify_recent()
    }


@pytest.mark.django_db
def test_seals_and_findings_cannot_be_changed_by_anybody() -> None:
    sealed()
    run("SET LOCAL yipiao.maintenance = 'off'; SET CONSTRAINTS ALL IMMEDIATE")
    for change in (
        "UPDATE safety_seal SET count = 0",
        "DELETE FROM safety_seal",
        "TRUNCATE safety_seal",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(change)
    run("SET LOCAL yipiao.maintenance = 'on'")
    run("DELETE FROM events_event WHERE id = (SELECT max(id) FROM events_event)")
    run("SET LOCAL yipiao.maintenance = 'off'")
    [_found] = services.verify_recent()
    for change in ("UPDATE safety_sealfinding SET rows = '[]'", "DELETE FROM safety_sealfinding"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(change)


# ---- rows that are still being written ------------------------------------------------------------


class Writer:
    """Somebody in another connection who has written an event and not committed yet."""

    def __init__(self, user: object) -> None:
        self.wrote, self.may_end = threading.Event(), threading.Event()
        self.event: Event | None = None
        self._user = user
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        assert self.wrote.wait(30)

    def _write(self) -> None:
        try:
            with transaction.atomic():
                self.event = record("user.tested", self._user, by=self._user)  # type: ignore[arg-type]
                self.wrote.set()
                self.may_end.wait(60)
        finally:
            connections.close_all()

    def end(self) -> None:
        self.may_end.set()
        self._thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_committed_late_is_sealed_and_not_taken_for_an_insertion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.safety.services.sealing.PATIENCE", 0.2)
    user = UserFactory()
    late = Writer(user)
    try:
        with transaction.atomic():
            early = record("user.tested", user, by=user)
        assert late.event is not None
        assert late.event.pk < early.pk, "the lower id is not there yet"
        services.seal_new_rows()
        assert not Seal.objects.filter(table="events_event").exists()
        mark = SealMark.objects.get(table="events_event")
        assert mark.up_to >= early.pk
        # Another one begins before the first has ended: the table never comes to rest.
        second = Writer(user)
        late.end()
        try:
            services.seal_new_rows()
            seal = Seal.objects.get(table="events_event")
            assert seal.to_id == mark.up_to, "what was marked is sealed, whoever writes by now"
            assert seal.count == Event.objects.filter(pk__lte=seal.to_id).count()
            assert Event.objects.filter(pk__in=[late.event.pk, early.pk]).count() == 2
        finally:
            second.end()
        services.seal_new_rows()
        assert not SealMark.objects.exists()
        assert second.event is not None
        assert Seal.objects.filter(table="events_event").latest("number").to_id >= second.event.pk
        assert services.verify_all() == []
    finally:
        late.end()


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_others_put_and_take_away_meanwhile_is_no_trouble() -> None:
    """Whenever this worker looks there is no mark; whenever it writes, another has just put one."""
    written()
    table = next(one for one in queries.tables() if one.name == "events_event")

    def elsewhere(work: Callable[[], object]) -> None:
        assert all_at_once(work) == [None]

    def meddle(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not (sql.startswith("SELECT") and "safety_sealmark" in sql):
            return execute(sql, params, many, context)
        elsewhere(SealMark.objects.all().delete)
        found = execute(sql, params, many, context)
        elsewhere(lambda: SealMark.objects.create(table=table.name, up_to=1))
        return found

    with connections["default"].execute_wrapper(meddle):
        assert sealing._note(table, ["1"]) is None
    assert SealMark.objects.get().up_to == table.given_out


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_seal_each_row_once() -> None:
    written(40)
    gate, problems = threading.Barrier(4), []

    def work() -> None:
        try:
            gate.wait(30)
            services.seal_new_rows()
            services.store_outside()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: not any(thread.is_alive() for thread in threads))
    assert problems == []
    seals = list(Seal.objects.filter(kind=SealKind.ROWS, table="events_event"))
    assert sum(seal.count for seal in seals) == Event.objects.count()
    numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    services.store_outside()
    assert services.verify_all() == []
    assert SealCopy.objects.exists()


@pytest.mark.django_db
def test_a_large_table_is_sealed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.safety.services.sealing.MOST_AT_ONCE", 10)
    written(35)
    services.seal_new_rows()
    seals = Seal.objects.filter(table="events_event").order_by("number")
    assert seals.count() >= 4
    assert sum(seal.count for seal in seals) == Event.objects.count()
    assert services.verify_all() == []


# ---- a thousand tamperings ------------------------------------------------------------------------


def tampered_and_named(times: int, seed: int) -> int:
    """How many of so many tamperings, of every kind and with every table in turn, are named."""
    chance = random.Random(seed)
    tampering.without_constraints()
    for _turn in range(3):
        tampering.fill(chance)
        services.seal_new_rows()
    services.store_outside()
    assert services.verify_all() == []
    with_rows = sorted({seal.table for seal in Seal.objects.filter(count__gt=0)})
    assert set(tampering.roots()) - {"tracking_trackingevent"} <= set(with_rows)
    named, missed = 0, []
    for turn in range(times):
        table, kind = (
            with_rows[turn % len(with_rows)],
            ROWS[(turn // len(with_rows) + turn) % len(ROWS)],
        )
        mark = transaction.savepoint()
        deed = tampering.tamper(table, kind, chance)
        found = services.verify_recent()
        rows = sorted(row for one in found for row in one.rows)
        answers = {(one.tampering, one.table) for one in found}
        if (answers, rows) == ({(deed.tampering, deed.table)}, deed.rows):
            named += 1
        else:
            missed.append((deed, answers, rows))
        transaction.savepoint_rollback(mark)
    assert missed == []
    return named


@pytest.mark.django_db
def test_sixty_tamperings_of_all_kinds_are_found_and_named() -> None:
    assert tampered_and_named(60, seed=20261201) == 60


@pytest.mark.slow
@pytest.mark.django_db
def test_a_thousand_of_a_thousand_tamperings_are_found_and_named() -> None:
    assert tampered_and_named(1_000, seed=20261202) == 1_000


@pytest.mark.django_db
def test_the_seals_of_the_last_day_are_looked_at_and_older_ones_at_night() -> None:
    rows = sealed()
    written(1)
    services.seal_new_rows()
    services.store_outside()
    as_owner("events_event")
    run("UPDATE events_event SET data = '{}' WHERE id = %s", rows[0].pk)
    newest = Seal.objects.latest("number")
    assert queries.first_since(newest.at + timedelta(seconds=1)) == newest.number
    assert verify(since=newest.at + timedelta(seconds=1)) == []
    assert [f.rows for f in services.verify_all()] == [[rows[0].pk]]
