"""Files of calls: each call once, whatever is imported how often, in which pieces and order (CMP-10)."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.events.models import Event
from apps.hotline import services
from apps.hotline.enums import CallOutcome, FileState
from apps.hotline.models import Call, CallBack, CallFile, Leg, PhoneSystem
from apps.hotline.services import files
from apps.hotline.states import FILE_MOVES
from tests.factories import hotline as f
from tests.factories.accounts import UserFactory, superuser
from tests.factories.imports import work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]


def picture(of: PhoneSystem | None = None) -> list[tuple[Any, ...]]:
    """The calls and phones of one system, or of all."""
    systems = [of] if of else PhoneSystem.objects.all()
    calls = (
        Call.objects.filter(system__in=systems)
        .order_by("call_id")
        .values_list(
            "call_id",
            "queue",
            "offered_at",
            "answered_at",
            "ended_at",
            "outcome",
            "extension",
            "wait_s",
            "talk_s",
        )
    )
    legs = Leg.objects.filter(call__system__in=systems)
    legs = legs.order_by("call__call_id", "extension", "rang_at")
    return [
        *calls,
        *legs.values_list("call__call_id", "extension", "rang_at", "answered_at", "ended_at"),
    ]


def test_a_call_that_rang_three_phones_is_one() -> None:
    system, t = f.system(), f.ago(60)
    agent = f.seat(system, "802")
    f.seat(system, "801"), f.seat(system, "803")
    row = f.taken(
        system,
        [
            f.entered("1.1", t), f.rang("1.1", t + 4, "801", 4), f.rang("1.1", t + 4, "803", 4),
            f.connected("1.1", t + 9, "802", 9), f.completed("1.1", t + 69, "802", 9, 60),
        ],
    )  # fmt: skip
    assert (row.state, row.lines_done, row.lines_refused, row.calls_changed) == (
        FileState.TAKEN,
        5,
        0,
        1,
    )
    call = f.only_call()
    assert (call.outcome, call.agent, call.wait_s, call.talk_s) == (
        CallOutcome.ANSWERED,
        agent,
        9,
        60,
    )
    assert call.day == timezone.localdate(call.offered_at)
    assert [leg.answered_at is not None for leg in call.legs.order_by("extension")] == [
        False,
        True,
        False,
    ]
    assert not CallBack.objects.exists()


def test_the_same_file_again_and_one_that_overlaps_change_nothing() -> None:
    system, t = f.system(), f.ago(600)
    lines = f.answered_call("1.1", t) + f.missed_call("1.2", t + 100, caller="13800138002")
    first = f.taken(system, lines)
    before = picture()
    again = f.uploaded(system, lines)
    assert again.pk == first.pk and CallFile.objects.count() == 1
    with pytest.raises(RuleBroken) as refusal:
        services.take_call_file(file_id=again.pk, by=superuser(), at=timezone.now())
    assert refusal.value.code == "file_known"
    overlapping = f.taken(system, lines[1:] + f.answered_call("1.3", t + 200, caller="13800138003"))
    assert overlapping.calls_changed == 1
    assert [row for row in picture() if row[0] != "1.3"] == before
    assert CallBack.objects.count() == 1
    assert Event.objects.filter(kind="call.abandoned").count() == 1


def test_late_lines_complete_a_call_in_whatever_order() -> None:
    t = f.ago(300)
    lines = [
        f.entered("1.1", t), f.rang("1.1", t + 5, "801"), f.connected("1.1", t + 9, "802", 9),
        f.completed("1.1", t + 69, "802", 9, 60),
    ]  # fmt: skip
    whole, pieces = f.system(), f.system()
    f.taken(whole, lines)
    for line in lines:
        f.taken(pieces, [line])
    assert picture(pieces) == picture(whole)


@pytest.mark.parametrize("seed", range(4))
def test_any_cut_and_order_gives_the_same_calls(seed: int) -> None:
    chance, t = random.Random(seed), f.ago(900)
    lines: list[str] = []
    for n in range(6):
        lines += (
            f.missed_call(f"1.{n}", t + n * 60, caller=f"1380013800{n}")
            if n % 3 == 0
            else f.answered_call(f"1.{n}", t + n * 60)
        )
    lines.sort()
    whole, other = f.system(), f.system()
    f.taken(whole, lines)
    cut = sorted(chance.sample(range(1, len(lines)), 3))
    pieces = [lines[a:b] for a, b in zip([0, *cut], [*cut, len(lines)], strict=True)]
    chance.shuffle(pieces)
    for piece in pieces:
        f.taken(other, piece)
    assert _in_short(other) == _in_short(whole)


def _in_short(system: PhoneSystem) -> list[tuple[Any, ...]]:
    calls = Call.objects.filter(system=system).order_by("call_id")
    return list(calls.values_list("call_id", "offered_at", "answered_at", "outcome"))


def test_a_phone_leads_to_a_call_and_calls_stay() -> None:
    f.taken(f.system(), f.answered_call("1.1", f.ago(300)))
    call = Call.objects.get()
    missing = Leg(call_id=call.pk + 1, extension="802", rang_at=timezone.now())
    with pytest.raises(IntegrityError, match="there is no call"), transaction.atomic():
        missing.save(force_insert=True)
    for change in ("DELETE FROM hotline_call", "UPDATE hotline_call SET id = id + 1"):
        with (
            pytest.raises(DatabaseError, match="refused"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(change)
    assert Call.objects.get() == call


def test_a_call_leads_to_a_phone_system_and_systems_stay() -> None:
    system = f.system()
    f.taken(system, f.answered_call("1.1", f.ago(300)))
    call = Call.objects.get()
    call.pk, call.call_id, call.system_id = None, "1.2", system.pk + 1
    with pytest.raises(IntegrityError, match="there is no phone system"), transaction.atomic():
        call.save(force_insert=True)
    for change in (
        "DELETE FROM hotline_phonesystem",
        "UPDATE hotline_phonesystem SET id = id + 1",
        "UPDATE hotline_call SET system_id = system_id + 1",
    ):
        with (
            pytest.raises(DatabaseError, match="refused"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(change)


def test_a_file_with_calls_that_are_known_and_others_writes_each_once() -> None:
    system, at = f.system(), f.ago(600)
    early, late = f.answered_call("1.1", at), f.answered_call("1.2", at + 60)
    f.taken(system, early[:-1])
    assert Call.objects.get().ended_at is None
    row = f.taken(system, [*early, *late])
    assert row.calls_changed == 2
    assert [one.legs.count() for one in Call.objects.order_by("call_id")] == [1, 1]
    assert not Call.objects.filter(ended_at=None).exists()


def test_a_job_that_ends_in_the_middle_goes_on_at_the_stated_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "STEP", 4)
    system, t = f.system(), f.ago(300)
    lines = [line for n in range(5) for line in f.answered_call(f"1.{n}", t + n * 60)]
    real, calls = files.take_lines, []

    def failing(*args: Any, **more: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise ValueError("the power fails")
        return real(*args, **more)

    monkeypatch.setattr(files, "take_lines", failing)
    row = f.taken(system, lines)
    assert row.lines_done == 8
    monkeypatch.setattr(files, "take_lines", real)
    from apps.backoffice.models import Job

    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    row.refresh_from_db()
    assert (row.state, row.lines_done, Call.objects.count()) == (FileState.TAKEN, 15, 5)


@pytest.mark.parametrize("at", [1, 30, 77, 140, 199])
def test_a_file_cut_at_any_byte_is_taken_up_to_its_last_whole_line(at: int) -> None:
    t = f.ago(300)
    data = f.content(f.answered_call("1.1", t) + f.answered_call("1.2", t + 90))[:at]
    row = f.taken(f.system(), data)
    whole = data.count(b"\n")
    assert row.state == FileState.TAKEN and row.lines_done - row.lines_refused == whole
    if not data.endswith(b"\n"):
        assert [(one["line"], one["code"]) for one in row.refusals] == [(whole + 1, "half")]


def test_refused_lines_come_back_and_can_be_taken_once_the_extension_is_there() -> None:
    system, t = f.system(), f.ago(60)
    f.seat(system, "801")
    row = f.taken(system, f.answered_call("1.1", t, extension="802"))
    assert [one["code"] for one in row.refusals] == ["unknown_extension"] * 2
    assert f.only_call().outcome == CallOutcome.OPEN
    agent = f.seat(system, "802")
    services.take_call_file(file_id=row.pk, by=superuser(), at=timezone.now())
    work()
    row.refresh_from_db()
    assert (row.state, row.lines_refused, row.refusals) == (FileState.TAKEN, 0, [])
    assert f.only_call().agent == agent


def test_each_line_that_cannot_be_comes_back_with_its_number_and_reason_and_the_rest_is_kept() -> (
    None
):
    system, t = f.system(), f.ago(60)
    f.seat(system, "802")
    data = f.content(
        [
            *f.answered_call("1.1", t),
            f.abandoned("bad.1", t + 9, -1),
            f.entered("bad.2", t + 86_400),
            f.connected("bad.3", t + 9, "877", 9),
            f.entered("early", t + 100, "13800138002"),
            f.connected("early", t + 50, "802", 5),
            f"{t}|bad.6|hot",
            f"{t}|zero\0|hot\0line|NONE|ENTERQUEUE||138\0|1",
            *f.missed_call("1.2", t + 200, caller="13800138003"),
            f"{t}|bad.7|hotline|NONE|ABAN",
        ]
    )[:-1]
    row = f.taken(system, data)
    assert (row.state, row.lines_done, row.lines_refused) == (FileState.TAKEN, 13, 6)
    assert [(one["line"], one["code"]) for one in row.refusals] == [
        (4, "bad_wait"), (5, "future"), (6, "unknown_extension"), (8, "answer_before_offer"), (9, "half"), (13, "half"),
    ]  # fmt: skip
    assert all(one["why"] for one in row.refusals)
    kept = dict(Call.objects.values_list("call_id", "outcome"))
    assert kept == {"1.1": "answered", "1.2": "abandoned", "early": "open", "zero": "open"}


def test_the_preview_writes_nothing_and_can_be_left_out() -> None:
    system = f.system()
    row = f.uploaded(system, [*f.answered_call("1.1", f.ago(60)), "half"])
    reading = services.preview_call_file(row, at=timezone.now())
    assert (len(reading.parts), len(reading.refused), reading.lines) == (1, 1, 4)
    assert not Call.objects.exists()
    services.drop_call_file(file_id=row.pk, by=UserFactory(), at=timezone.now())
    assert (
        f.uploaded(system, [*f.answered_call("1.1", f.ago(60)), "half"]).state == FileState.PREVIEW
    )


def test_what_is_no_file_of_calls() -> None:
    system = f.system()
    for data, code in ((b" \n", "file_empty"), (b"x" * 20_000, "file_broken")):
        with pytest.raises(BadInput) as refusal:
            services.upload_call_file(
                system=system, file=NewFile(data, "x"), by=superuser(), at=timezone.now()
            )
        assert refusal.value.code == code


def test_a_call_counts_on_the_local_day_it_was_offered() -> None:
    """23:59:58 in Shanghai, answered after midnight."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    f.taken(f.system(), f.answered_call("1.1", int(midnight.timestamp()) - 2))
    assert f.only_call().day == (midnight - timedelta(days=1)).date()


@pytest.mark.parametrize(("frm", "to"), [(a, b) for a in FileState for b in FileState if a != b])
def test_every_move_of_a_file(frm: FileState, to: FileState) -> None:
    assert FILE_MOVES.allows(frm, to) == ((frm, to) in set(FILE_MOVES.moves()))


def test_the_database_refuses_what_cannot_be() -> None:
    f.taken(f.system(), f.answered_call("1.1", f.ago(60)))
    call = f.only_call()
    wrong: list[dict[str, Any]] = [
        {"answered_at": None}, {"outcome": "abandoned"}, {"ended_at": call.offered_at - timedelta(seconds=1)},
        {"answered_at": call.offered_at - timedelta(seconds=1)}, {"system": None},
    ]  # fmt: skip
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**values)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute("UPDATE hotline_answerpolicy SET goal = 90")
