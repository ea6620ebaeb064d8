"""bin/up for real: a clone in an awkward folder, killed without warning, started again."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.desk.demo.people import PASSWORD
from tests.launch.houses import House, alive, copied, family, starters, wait_gone
from tests.waiting import LIMIT


@pytest.fixture(params=starters(), ids=lambda starter: starter.name)
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    with copied(request.param) as there:
        yield there


@pytest.mark.slow
def test_killed_without_warning_it_leaves_nothing_and_finds_its_data_again(house: House) -> None:
    front = house.start()
    running: set[int] = set()
    try:
        house.wait_for("Ctrl-C ends everything", front)
        streams_url = house.told("running.json")["streams_url"]
        for url in (house.url, streams_url):
            assert house.status(f"{url}healthz") == 200
        assert house.told_in_logs() == []
        assert PASSWORD in house.said(), "on the screen they are told"
        running = family(front.pid)
        started = b" ".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running)
        for name in (b"gunicorn", b"worker", b"beat", b"standby", b"serve_streams"):
            assert name in started

        second = subprocess.run(
            [str(house.folder / "bin" / "up")],
            env=house.env(),
            cwd="/",
            capture_output=True,
            text=True,
            user=house.starter.uid,
            check=False,
        )
        assert second.returncode == 1
        assert f"already running from this folder: {house.url}" in second.stdout

        house.query("CREATE TABLE kept AS SELECT 42 AS answer; SELECT answer FROM kept")
        front.kill()
        front.wait()
        wait_gone(running)

        front = house.start()
        house.wait_for("Ctrl-C ends everything", front)
        assert "Filling it with demo data" not in house.said()
        assert house.query("SELECT answer FROM kept") == "42"
        running = family(front.pid)
        front.send_signal(signal.SIGTERM)
        assert front.wait(LIMIT) == 0
        assert alive(running) == set()
        assert house.told_in_logs() == []
    finally:
        front.kill()
        front.wait()
        wait_gone(running)
