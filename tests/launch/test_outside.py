"""Addresses of servers that lead nowhere are told in words, without the password in them."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import SplitResult, urlsplit

import pytest

from launch.outside import check_broker, check_database
from launch.ports import LOCAL, free_port
from launch.say import Trouble

PYTHON = Path(sys.executable)
DATABASE = urlsplit(os.environ["DATABASE_URL"])
BROKER = urlsplit(os.environ["REDIS_URL"])
SECRET = "not-for-the-screen"


def changed(url: SplitResult, **values: str | int | None) -> str:
    known: dict[str, str | int | None] = {
        "scheme": url.scheme,
        "user": url.username or "",
        "password": url.password,
        "host": url.hostname,
        "port": url.port,
        "path": url.path,
        **values,
    }
    return "{scheme}://{user}:{password}@{host}:{port}{path}".format(**known)


def reported(check: Callable[[str, str, Path], None], url: str) -> str:
    with pytest.raises(Trouble) as caught:
        check("THE_URL", url, PYTHON)
    message = str(caught.value)
    assert "THE_URL" in message
    assert "Traceback" not in message and SECRET not in message
    assert str(DATABASE.password) not in message and str(BROKER.password) not in message
    return message


def assert_each_is_reported(check: Callable[[str, str, Path], None], cases: dict[str, str]) -> None:
    """At once: who does not answer is waited for."""
    with ThreadPoolExecutor(len(cases)) as pool:
        messages = pool.map(lambda url: reported(check, url), cases)
        for words, one in zip(cases.values(), messages, strict=True):
            assert words in one


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server((LOCAL, 0), backlog=16) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def website() -> Iterator[int]:
    with HTTPServer((LOCAL, 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_addresses_that_work_pass() -> None:
    check_database("THE_URL", changed(DATABASE, path="/postgres"), PYTHON)
    check_broker("THE_URL", BROKER.geturl(), PYTHON)


@pytest.mark.parametrize("check", [check_database, check_broker])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("hello", "is no address"),
        ("mysql://a:not-for-the-screen@h:1/x", "begins with mysql://"),
        ("postgresql://redis:not-for-the-screen@h:port/0", "has to be a number"),
        ("redis://a:not-for-the-screen@h:99999/0", "has to be a number"),
    ],
)
def test_what_is_no_address(check: Callable[[str, str, Path], None], url: str, words: str) -> None:
    assert words in reported(check, url)


def test_an_address_without_a_server_or_a_database() -> None:
    assert "names no server" in reported(check_database, "postgresql:///yipiao")
    assert "names no database" in reported(check_database, "postgresql://a:b@localhost:5432")
    assert "names no server" in reported(check_broker, "redis:///0")
    assert "has to be a number" in reported(check_broker, "redis://:b@localhost:6379/zero")


def test_a_database_that_cannot_be_used(silent: int, website: int) -> None:
    cases = {
        changed(DATABASE, port=free_port()): "Nothing takes connections",
        changed(DATABASE, host="nowhere.invalid"): "No machine is known",
        changed(DATABASE, password=SECRET): "refuses the user or the password",
        changed(DATABASE, user="nobody_known"): "refuses the user or the password",
        changed(DATABASE, path="/not_there"): "no database named not_there",
        changed(DATABASE, port=website): "does not answer",
        changed(DATABASE, port=silent): "does not answer",
    }
    assert_each_is_reported(check_database, cases)


def test_a_broker_that_cannot_be_used(silent: int, website: int) -> None:
    cases = {
        changed(BROKER, port=free_port()): "Nothing takes connections",
        changed(BROKER, host="nowhere.invalid"): "No machine is known",
        changed(BROKER, password=SECRET): "refuses the user or the password",
        f"redis://{LOCAL}:{BROKER.port}/0": "refuses the user or the password",
        changed(BROKER, path="/9999"): "no database number 9999",
        changed(BROKER, port=website): "another kind of server",
        changed(BROKER, port=silent): "does not answer",
    }
    assert_each_is_reported(check_broker, cases)
