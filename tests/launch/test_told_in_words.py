"""A start that cannot succeed says why in words and ends with 1; nobody is shown a traceback."""

import subprocess
from collections.abc import Iterator

import pytest

from launch.ports import free_port
from launch.say import MAKE_ROOM
from tests.launch.installations import Installation, copied, starters
from tests.launch.mounts import fill, small_disk

pytestmark = pytest.mark.slow
NONSENSE = {"REDIS_URL": "ftp://127.0.0.1/0"}


@pytest.fixture
def installation() -> Iterator[Installation]:
    with copied(starters()[0]) as there:
        yield there


def test_servers_that_are_not_there(installation: Installation) -> None:
    nowhere = f"postgresql://yipiao_app:secret@127.0.0.1:{free_port()}/yipiao"
    for script in ("bin/up", "bin/test"):
        message = installation.refusal(script, DATABASE_URL="mysql://127.0.0.1/yipiao")
        assert "DATABASE_URL begins with mysql://" in message
        message = installation.refusal(script, DATABASE_URL=nowhere)
        assert "DATABASE_URL" in message and "Nothing takes connections" in message
        assert "secret" not in message
        message = installation.refusal(script, **NONSENSE)
        assert "REDIS_URL begins with ftp://" in message
    message = installation.refusal("bin/up", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert "REDIS_URL" in message and "Nothing takes connections" in message


def test_a_folder_that_cannot_be_written(installation: Installation) -> None:
    state = installation.folder / ".yipiao"
    with small_disk(state, "1m"):
        remount = ["mount", "-o", "remount,ro", str(state)]
        subprocess.run(remount, check=True)
        for script in ("bin/up", "bin/test"):
            assert "mounted read-only" in installation.refusal(script)


def test_a_disk_that_is_full_before_anything_was_made(installation: Installation) -> None:
    state = installation.folder / ".yipiao"
    with small_disk(state, "1m"):
        fill(state / "filler")
        for script in ("bin/up", "bin/test"):
            assert MAKE_ROOM in installation.refusal(script)
        (state / "filler").unlink()
        # There is room to begin, but not for the libraries.
        assert MAKE_ROOM in installation.refusal("bin/up")


def test_a_disk_that_is_full_later_and_has_room_again(installation: Installation) -> None:
    state = installation.folder / ".yipiao"
    with small_disk(state, "1500m"):
        assert "REDIS_URL" in installation.refusal("bin/up", **NONSENSE), "the cluster is made"
        fill(state / "filler")
        assert MAKE_ROOM in installation.refusal("bin/up", **NONSENSE)
        (state / "filler").unlink()
        assert "REDIS_URL" in installation.refusal("bin/up", **NONSENSE), (
            "it comes as far as before"
        )
