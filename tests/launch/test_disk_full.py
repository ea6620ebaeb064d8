"""bin/up for real on a disk that is full for a while: pages answer with an error that is one, and all
works again by itself once there is room."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import psycopg2
import pytest

from apps.desk.demo.people import PASSWORD
from launch.child import PATIENCE
from tests.launch.installations import Installation, copied, family, starters, wait_gone
from tests.launch.mounts import fill, small_disk
from tests.launch.running import Running
from tests.waiting import LIMIT, eventually

# Changed again and again it fills the write-ahead log and never needs a larger table.
BALLAST = """
CREATE TABLE ballast WITH (fillfactor = 40) AS SELECT g AS n, repeat('x', 200) AS x
FROM generate_series(1, 40000) g; SELECT 1
"""
CHANGE = "UPDATE ballast SET n = n + 1; SELECT 1"


@pytest.fixture
def installation() -> Iterator[Installation]:
    with copied(starters()[0]) as there:
        yield there


class Visitor:
    """Signs in as one of the demonstration, which writes a session."""

    def __init__(self, installation: Installation) -> None:
        self.url = f"{installation.url}admin/login/"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def _ask(self, data: bytes | None = None) -> tuple[int, str]:
        asked = urllib.request.Request(self.url, data, {"Referer": self.url})
        try:
            with self.opener.open(asked, timeout=LIMIT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def sign_in(self) -> int:
        """The status; whatever it is, it is a page."""
        status, page = self._ask()
        if status == 200 and (token := re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)):
            fields = {"username": "wangfang", "password": PASSWORD, "next": "/admin/login/"}
            fields["csrfmiddlewaretoken"] = token[1]
            status, page = self._ask(urllib.parse.urlencode(fields).encode())
        assert "</html>" in page, f"{status}: {page[:500]}"
        return status


@pytest.mark.slow
def test_a_full_disk_is_an_error_and_then_nothing_at_all(installation: Installation) -> None:
    with small_disk(installation.folder / ".yipiao", "1500m"):
        front = installation.start()
        everybody: set[int] = set()
        try:
            installation.wait_for("Ctrl-C ends everything", front)
            running = Running(installation, front)
            visitor = Visitor(installation)
            assert visitor.sign_in() == 200
            installation.query(BALLAST)
            filler = installation.folder / ".yipiao" / "filler"
            fill(filler)

            def down() -> bool:
                with suppress(psycopg2.Error):
                    installation.query(CHANGE)
                return installation.status(f"{installation.url}readyz") == 503

            def refused() -> bool:
                """It may find a little room when it starts again; then it is used up again."""
                with suppress(psycopg2.Error):
                    installation.query(CHANGE)
                return visitor.sign_in() >= 500

            assert eventually(down, 2 * LIMIT), "the write-ahead log finds no room"
            assert eventually(refused, 2 * LIMIT)
            assert installation.status(f"{installation.url}healthz") == 200, (
                "who can do without, does"
            )

            def tries() -> int:
                return installation.output().count("PostgreSQL ended")

            assert eventually(lambda: tries() > PATIENCE, 3 * LIMIT), installation.output()
            assert front.poll() is None, "nothing is given up"
            assert eventually(refused, 2 * LIMIT)
            filler.unlink()
            running.assert_it_works("there is room again")
            assert eventually(lambda: Visitor(installation).sign_in() == 200)
            assert int(installation.query("SELECT count(*) FROM ballast")) == 40_000
        finally:
            everybody |= family(front.pid)
            front.terminate()
            front.wait()
            wait_gone(everybody)
