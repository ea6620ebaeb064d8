"""deploy/backup.sh makes what can be restored, or says what is missing and leaves nothing half done."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from launch.checkout import Checkout
from launch.ports import free_port
from tests.launch.databases import owner_url
from tests.launch.mounts import small_disk
from tests.waiting import LIMIT, eventually

ROOT = Checkout.here().root
BACKUP = ROOT / "deploy" / "backup.sh"
DRILL = ROOT / "deploy" / "restore-drill.sh"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Without PG_BIN, as on a machine where nobody thought of it."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "photo.jpg").write_bytes(b"a picture")
    given = {name: value for name, value in os.environ.items() if name != "PG_BIN"}
    drill = f"{connection.settings_dict['NAME']}_drill"
    ours = {"MEDIA_ROOT": str(media), "DATABASE_OWNER_URL": owner_url(), "DRILL_DATABASE": drill}
    return {**given, **ours}


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "copies"


def run(script: Path, argument: Path, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    argv = [str(script), str(argument)]
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


def programs(folder: Path, dump: str) -> Path:
    """The real programs, but for `pg_dump`."""
    folder.mkdir()
    real = Path(os.environ["PG_BIN"])
    (folder / "psql").symlink_to(real / "psql")
    (folder / "pg_dump").write_text(f"#!/bin/sh\n{dump}\n")
    (folder / "pg_dump").chmod(0o755)
    return folder


def test_a_backup_can_be_restored_and_the_drill_says_nothing_else(
    env: dict[str, str], copies: Path
) -> None:
    made = run(BACKUP, copies, env)
    assert (made.returncode, made.stderr) == (0, "")
    backup = Path(made.stdout.strip())
    assert {path.name for path in backup.iterdir()} == {
        "database.dump",
        "media.tar.gz",
        "SHA256SUMS",
    }

    restored = run(DRILL, backup, env)
    assert (restored.returncode, restored.stderr) == (0, "")
    tables = len(connection.introspection.table_names())
    words = restored.stdout.split()
    assert words[0] == "restored:" and int(words[1]) >= tables

    (backup / "database.dump").write_bytes(b"bit rot")
    assert run(DRILL, backup, env).returncode != 0


def test_programs_older_than_the_server_are_not_taken(
    env: dict[str, str], copies: Path, tmp_path: Path
) -> None:
    old = programs(tmp_path / "old", "echo 'pg_dump (PostgreSQL) 15.1'")
    refused = run(BACKUP, copies, {**env, "PG_BIN": str(old)})
    assert refused.returncode == 1
    assert "Set PG_BIN" in refused.stderr and f"15 in {old}" in refused.stderr
    # Where PG_BIN says nothing, newer ones elsewhere on the machine are found.
    made = run(BACKUP, copies, {**env, "PATH": f"{old}:{env['PATH']}"})
    assert made.returncode == 0, made.stderr


def test_an_address_that_leads_nowhere_is_told(env: dict[str, str], copies: Path) -> None:
    nowhere = f"postgresql://a:b@127.0.0.1:{free_port()}/yipiao"
    refused = run(BACKUP, copies, {**env, "DATABASE_OWNER_URL": nowhere})
    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL leads to no database" in refused.stderr
    refused = run(BACKUP, copies, {**env, "MEDIA_ROOT": "/nowhere"})
    assert refused.returncode == 1
    assert "MEDIA_ROOT is /nowhere" in refused.stderr
    assert not copies.exists()


def test_a_failure_leaves_nothing_half_done(
    env: dict[str, str], copies: Path, tmp_path: Path
) -> None:
    real = Path(os.environ["PG_BIN"]) / "pg_dump"
    breaks = f'[ "$1" = --version ] && exec {real} --version; {real} "$@"; exit 3'
    failing = programs(tmp_path / "failing", breaks)
    assert run(BACKUP, copies, {**env, "PG_BIN": str(failing)}).returncode == 3
    assert list(copies.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_done(env: dict[str, str], copies: Path) -> None:
    with small_disk(copies, "64k"):
        refused = run(BACKUP, copies, env)
        assert refused.returncode != 0 and "No space left" in refused.stderr
        assert list(copies.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_nothing_half_done(
    number: signal.Signals, env: dict[str, str], copies: Path, tmp_path: Path
) -> None:
    real = Path(os.environ["PG_BIN"]) / "pg_dump"
    waits = f'[ "$1" = --version ] && exec {real} --version; {real} "$@"; exec sleep 600'
    slow = programs(tmp_path / "slow", waits)
    process = subprocess.Popen(
        [str(BACKUP), str(copies)],
        env={**env, "PG_BIN": str(slow)},
        # Tests that were started by nohup ignore it, and a shell cannot trap what it must ignore.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    try:
        assert eventually(lambda: list(copies.glob("*.part/database.dump")))
        process.send_signal(number)
        assert process.wait(LIMIT) == 128 + number
        assert list(copies.iterdir()) == []
    finally:
        process.kill()
        process.wait()


def test_uploads_that_come_meanwhile_do_not_spoil_it(
    env: dict[str, str], copies: Path, tmp_path: Path
) -> None:
    """GNU tar ends with 1 where a folder changes under it."""
    folder = tmp_path / "tools"
    folder.mkdir()
    tar = shutil.which("tar")
    (folder / "tar").write_text(f'#!/bin/sh\n{tar} "$@" || exit\nexit 1\n')
    (folder / "tar").chmod(0o755)
    made = run(BACKUP, copies, {**env, "PATH": f"{folder}:{env['PATH']}"})
    assert made.returncode == 0, made.stderr
