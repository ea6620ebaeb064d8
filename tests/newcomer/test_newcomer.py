"""A new app is its own folder, a line in INSTALLED_APPS and one in the floors (docs/changing.md)."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

LIMIT = 240  # seconds; a machine that has other things to do starts Python slowly


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """What people see of it, from a process that has the app installed."""
    with django_db_blocker.unblock():
        database = str(connection.settings_dict["NAME"])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.newcomer.settings",
        "FAULTS_DATABASE": database,
        "FAULTS_SETTINGS": json.dumps({"WAKE_WORKERS": False, "ALLOWED_HOSTS": ["testserver"]}),
    }
    words = [sys.executable, "-m", "tests.newcomer.look"]
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_events_are_told_in_words(seen: dict[str, Any]) -> None:
    assert "Locker filled" in seen["locker"]
    assert "Size of the door" in seen["locker"] and "locker.filled" not in seen["locker"]
    assert seen["details"] == [["Size of the door", "Large"]], "no number of a row"


def test_its_page_stands_in_the_sidebar_of_those_whose_work_it_is(seen: dict[str, Any]) -> None:
    assert f'href="{seen["page"]}"' in seen["sidebar"] and "Parcel lockers" in seen["sidebar"]
    assert f'href="{seen["page"]}"' in seen["records"] and "Which are full." in seen["records"]


def test_its_permissions_are_those_of_the_roles_it_names(seen: dict[str, Any]) -> None:
    assert (seen["dispatcher_may_empty"], seen["clerk_may_empty"]) == (True, False)


def test_its_list_is_exported(seen: dict[str, Any]) -> None:
    assert seen["export"].split()[-1] == "A-7"


def test_clocks_run_for_its_things(seen: dict[str, Any]) -> None:
    assert seen["metrics"] == ["action"]
    assert seen["kind"] == "Full locker"
    assert "A-7" in seen["clocks"]
    assert "Full locker" in seen["clocks"], "one may choose the kind"


def test_it_has_something_to_tell(seen: dict[str, Any]) -> None:
    assert seen["topics"] == ["Locker full (staff)"]
    assert (seen["words"], seen["told"]) == (2, 1), "in both languages"


def test_it_has_a_part_in_the_demonstration(seen: dict[str, Any]) -> None:
    mine = seen["parts"].index("make_lockers")
    assert seen["parts"].index("make_prices") < mine < seen["parts"].index("make_inquiries"), (
        "in the order of their positions"
    )
