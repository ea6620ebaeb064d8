"""Who answers requests or works in the background does not know the owner's address."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from launch.installation import Installation
from tests.launch.test_compose import SERVICES

SETUP = {"postgres", "migrate"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "standby", "streams"])
def test_what_bin_up_serves_with_has_no_owners_address(name: str, tmp_path: Path) -> None:
    place: Any = SimpleNamespace(
        checkout=SimpleNamespace(root=tmp_path), log=lambda name: tmp_path / f"{name}.log"
    )
    installation = Installation.__new__(Installation)
    installation.place, installation.doors = place, []
    env = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner", "REDIS_URL": "broker"}
    child = installation.child(name, ["true"], env)
    assert child.env == {"DATABASE_URL": "app", "REDIS_URL": "broker"}
    # Later steps of the start still have it.
    assert "DATABASE_OWNER_URL" in env


def test_in_containers_only_the_set_up_knows_the_owner() -> None:
    for name, service in SERVICES.items():
        reported = str(service.get("environment", "")) + str(service.get("command", ""))
        assert ("OWNER" in reported or "yipiao_owner" in reported) == (name in SETUP), name
