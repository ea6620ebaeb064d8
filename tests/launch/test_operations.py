"""docs/operations.md tells every setting; its backup can be restored."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from launch.checkout import Checkout
from tests.launch.databases import owner_url

ROOT = Checkout.here().root
MANUAL = (ROOT / "docs" / "operations.md").read_text()


def test_every_setting_is_in_the_table() -> None:
    sources = (ROOT / "config" / "settings.py").read_text() + (
        ROOT / "config" / "gunicorn.py"
    ).read_text()
    read = set(re.findall(r'(?:env(?:\.\w+)?|environ\.get)\(\s*"([A-Z_0-9]+)"', sources))
    rows = re.findall(r"^\| (`.*?`) \|", MANUAL, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([A-Z_0-9]+)`", row)}
    assert len(read) > 20
    assert read - told == set()


def test_files_that_it_names_are_there() -> None:
    for name in set(re.findall(r"\b((?:deploy|config|docs|bin)/[\w.-]+)", MANUAL)):
        assert (ROOT / name).is_file(), name


def test_commands_that_it_names_are_there() -> None:
    builtin = {"migrate", "check", "createsuperuser"}
    for name in set(re.findall(r"manage\.py (\w+)", MANUAL)) - builtin:
        assert Checkout(ROOT).has_command(name), name


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_backup_can_be_restored(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "photo.jpg").write_bytes(b"a picture")
    env = {
        **os.environ,
        "DATABASE_OWNER_URL": owner_url(),
        "MEDIA_ROOT": str(media),
        "DRILL_DATABASE": f"{connection.settings_dict['NAME']}_drill",
    }
    made = subprocess.run(
        [str(ROOT / "deploy" / "backup.sh"), str(tmp_path / "copies")],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    backup = Path(made.stdout.strip())
    assert {path.name for path in backup.iterdir()} == {
        "database.dump",
        "media.tar.gz",
        "SHA256SUMS",
    }

    drill = [str(ROOT / "deploy" / "restore-drill.sh"), str(backup)]
    restored = subprocess.run(drill, env=env, capture_output=True, text=True, check=False)
    assert restored.returncode == 0, restored.stderr
    tables = len(connection.introspection.table_names())
    assert restored.stdout.startswith("restored: ")
    assert int(restored.stdout.split()[1]) >= tables

    (backup / "database.dump").write_bytes(b"bit rot")
    spoiled = subprocess.run(drill, env=env, capture_output=True, text=True, check=False)
    assert spoiled.returncode != 0
