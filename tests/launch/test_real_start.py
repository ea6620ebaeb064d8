"""bin/up for real: a clone in an awkward folder, killed without warning, started again."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.desk.demo.people import PASSWORD
from tests.launch.installations import Installation, alive, copied, family, starters, wait_gone
from tests.waiting import LIMIT


@pytest.fixture(params=starters(), ids=lambda starter: starter.name)
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    with copied(request.param) as there:
        yield there


@pytest.mark.slow
def test_killed_without_warning_it_leaves_nothing_and_finds_its_data_again(
    installation: Installation,
) -> None:
    front = installation.start()
    running: set[int] = set()
    try:
        installation.wait_for("Ctrl-C ends everything", front)
        streams_url = installation.reported("running.json")["streams_url"]
        for url in (installation.url, streams_url):
            assert installation.status(f"{url}healthz") == 200
        assert installation.passwords_in_logs() == []
        assert PASSWORD in installation.output(), "on the screen they are told"
        running = family(front.pid)
        started = b" ".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running)
        for name in (b"gunicorn", b"worker", b"beat", b"standby", b"serve_streams"):
            assert name in started

        second = subprocess.run(
            [str(installation.folder / "bin" / "up")],
            env=installation.env(),
            cwd="/",
            capture_output=True,
            text=True,
            user=installation.starter.uid,
            check=False,
        )
        assert second.returncode == 1
        assert f"already running from this folder: {installation.url}" in second.stdout

        installation.query("CREATE TABLE kept AS SELECT 42 AS answer; SELECT answer FROM kept")
        front.kill()
        front.wait()
        wait_gone(running)

        front = installation.start()
        installation.wait_for("Ctrl-C ends everything", front)
        assert "Filling it with demo data" not in installation.output()
        assert installation.query("SELECT answer FROM kept") == "42"
        running = family(front.pid)
        front.send_signal(signal.SIGTERM)
        assert front.wait(LIMIT) == 0
        assert alive(running) == set()
        assert installation.passwords_in_logs() == []
    finally:
        front.kill()
        front.wait()
        wait_gone(running)
