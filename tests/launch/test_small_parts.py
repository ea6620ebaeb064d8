"""Ports, locks, secrets, stamps, proofs and the arguments of bin/test."""

import base64
import os
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from launch import checking, packages, proofs
from launch.checkout import Checkout
from launch.keys import local_secrets
from launch.locks import try_lock
from launch.ports import LOCAL, free_port, listen
from launch.stamps import Stamp, digest_of_files
from launch.testing import chosen, schema_digest, shared, slow_files


def test_a_taken_port_is_passed_over() -> None:
    with listen(LOCAL, free_port()) as first:
        port = first.getsockname()[1]
        with listen(LOCAL, port) as second:
            assert second.getsockname()[1] > port


def test_the_remembered_port_is_kept_while_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port
    with listen(LOCAL, port):
        assert free_port(port) != port


def test_a_lock_is_held_once_and_let_go_when_its_holder_closes(tmp_path: Path) -> None:
    held = try_lock(tmp_path / "lock")
    assert held is not None
    assert try_lock(tmp_path / "lock") is None
    os.close(held)
    again = try_lock(tmp_path / "lock")
    assert again is not None
    os.close(again)


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = local_secrets(path)
    assert local_secrets(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    key_id, _, key = first["FIELD_KEYS"].partition(":")
    assert key_id == "k1"
    assert len(base64.b64decode(key)) == 32
    assert len(set(first.values())) == len(first)


def test_a_stamp_is_stale_after_a_change(tmp_path: Path) -> None:
    source = tmp_path / "a.po"
    source.write_text("one")
    stamp = Stamp(tmp_path / "stamp", digest_of_files([source]))
    assert not stamp.fresh
    stamp.set()
    assert stamp.fresh
    source.write_text("two")
    assert not Stamp(tmp_path / "stamp", digest_of_files([source])).fresh


def test_bin_test_adds_a_process_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, processes in ((1, "2"), (2, "2"), (4, "4"), (64, "7")):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, n=processors: set(range(n)))
        for given in ([], ["--lf"], ["tests/a -b"]):
            assert shared(given) == ["-n", processes, "--maxschedchunk", "4"]
    for given in (["-n0"], ["-x", "-n", "0"], ["--numprocesses=4"], ["--pdb"]):
        assert shared(given) == []


def test_bin_test_lets_the_slow_ones_wait_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, processes in ((1, "2"), (2, "4"), (4, "7"), (64, "7")):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, n=processors: set(range(n)))
        assert shared(["--slow"]) == ["-n", processes, "--maxschedchunk", "1"]
    assert shared(["--slow", "-n0"]) == []


def test_bin_test_runs_the_slow_ones_only_when_asked() -> None:
    for given in ([], ["-x"], ["--lf", "-q"], ["-k", "nothing"]):
        assert chosen(given) == ["-m", "not slow"]
    slow = ["-m", "slow", *slow_files(Checkout.here().root)]
    assert chosen(["--slow"]) == chosen(["--slow", "-x"]) == slow
    assert chosen(["--slow", "tests/faults"]) == ["-m", "slow"]
    # What somebody names is run, slow or not.
    for given in (
        ["tests/faults"],
        ["-q", f"{__file__}::test_that"],
        ["-m", "browser"],
        ["-mslow"],
    ):
        assert chosen(given) == []


def test_the_files_with_slow_tests_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "far"
    folder.mkdir(parents=True)
    (folder / "test_quick.py").write_text("def test_it(): pass")
    (folder / "test_late.py").write_text("@pytest.mark.slow\ndef test_it(): pass")
    (folder / "late.py").write_text("pytest.mark.slow")
    assert slow_files(tmp_path) == ["tests/far/test_late.py"]


def test_only_what_shapes_a_database_makes_new_ones(tmp_path: Path) -> None:
    def write(name: str, text: str) -> str:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        return schema_digest(Checkout(tmp_path))

    first = write("apps/sla/migrations/0001.py", "one")
    assert first == write("apps/sla/services/firing.py", "two")
    shaping = ["apps/sla/models/clock.py", "apps/sla/seed/clocks.json", "config/settings.py"]
    assert len({first, *(write(name, "more") for name in shaping)}) == 4


def test_what_tests_need_from_debian_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda *_words, **_more: None)
    assert {"gettext", "dovecot-imapd"} <= set(packages.missing(for_tests=True))
    assert packages.missing(for_tests=False) == ["gettext"]


@pytest.fixture
def marked_tree(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "docs" / "requirements.txt").write_text(
        "# head\n\nABC-1 One thing\nABC-10 Ten\nABC-2 Two\n"
    )
    return tmp_path


def test_unproven_requirements_are_told_but_do_not_fail(marked_tree: Path) -> None:
    mark = "@pytest.mark.requirement({})\ndef test_one(): ...\n".format('"ABC-1"')
    (marked_tree / "tests" / "test_a.py").write_text(mark)
    passed, words = proofs.report(marked_tree)
    assert passed
    assert words.splitlines() == [
        "1 of 3 requirements are proven by tests",
        "no test yet: ABC 2, 10",
    ]


def test_a_mark_for_no_requirement_fails(marked_tree: Path) -> None:
    mark = "@pytest.mark.requirement({})\ndef test_one(): ...\n".format('"ABC-1", "ABC-9"')
    (marked_tree / "tests" / "test_a.py").write_text(mark)
    passed, words = proofs.report(marked_tree)
    assert not passed
    assert "no such requirement: ABC-9" in words


def test_a_command_of_django_runs_without_a_database_and_its_exit_code_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[list[str], dict[str, str]]] = []

    def run(argv: list[str], *, env: dict[str, str], **_more: object) -> CompletedProcess[str]:
        asked.append((argv, env))
        return CompletedProcess(argv, 3)

    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@production/yipiao")
    monkeypatch.setattr(checking, "set_up", lambda _checkout: 0)
    monkeypatch.setattr(checking.subprocess, "run", run)
    assert checking.manage(["makemigrations", "customers"]) == 3
    [(argv, env)] = asked
    assert argv[-3:] == ["manage.py", "makemigrations", "customers"]
    assert env["DATABASE_URL"] == checking.PRODUCTION_LIKE["DATABASE_URL"]
    monkeypatch.setattr(checking, "set_up", lambda _checkout: 130)
    assert checking.manage(["makemigrations"]) == 130 and len(asked) == 1
