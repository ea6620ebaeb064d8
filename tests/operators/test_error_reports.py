"""What reaches the address for error reports, and that nothing of a person does."""

import gzip
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.error_reports import scrubbed
from tests.doubles.server import Company, Reply, Request
from tests.operators.alarms import ROOT
from tests.waiting import LIMIT

# What must never leave: a name, a phone, an address, numbers and a token, each where they might stand.
PRIVATE = (
    "张三丰", "13912345678", "zhang@example.com", "YP123456789012", "6222021234567890123",
    "ypk_abcd1234_tokentokentokentoken", "浦东新区世纪大道1号", "hunter2secret", "Zhang1978",
)  # fmt: skip
PROGRAM = """
import json, logging, sys
import django
django.setup()
import sentry_sdk
from django.test import RequestFactory
from apps.core import request_ids
private = json.loads(sys.argv[1])
log = logging.getLogger("apps.somewhere")
request_ids.begin("0123456789abcdef-given")
def deep(name, phone, token):
    local = f"{name} {phone} {token}"
    raise ValueError(f"no such customer: {local}")
for text in private:
    log.error("could not tell %s by %s", text, text)
    log.error("a line that was put together: " + text)
    log.error(text, extra={"who": text})
    try:
        deep(text, text, text)
    except ValueError:
        log.exception("it failed for %s", text)
    try:
        try:
            deep(text, text, text)
        except ValueError as error:
            raise KeyError(text) from error
    except KeyError:
        log.error("chained", exc_info=True, extra={"request": RequestFactory().get("/t/" + text)})
log.warning("a warning is no error %s", private[0])
sentry_sdk.flush(20)
"""


class Receiver(Company):
    def answer(self, request: Request) -> Reply:
        return Reply(body=b"{}", headers={"Content-Type": "application/json"})

    def events(self) -> list[dict[str, Any]]:
        """What came in envelopes: a line of headers, then pairs of a header and an item."""
        found = []
        for request in self.requests:
            body = (
                gzip.decompress(request.body) if request.body[:2] == b"\x1f\x8b" else request.body
            )
            lines = body.decode().splitlines()
            for head, item in zip(lines[1::2], lines[2::2], strict=False):
                if json.loads(head)["type"] == "event":
                    found.append(json.loads(item))
        return found


def run(program: str, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, env={**os.environ, **env},
        capture_output=True, text=True, timeout=4 * LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def test_no_phone_name_number_or_token_passes() -> None:
    with Receiver() as receiver:
        dsn = f"http://publickey@127.0.0.1:{receiver.port}/7"
        run(PROGRAM, json.dumps(PRIVATE), SENTRY_DSN=dsn, DJANGO_SETTINGS_MODULE="config.settings")
        events = receiver.events()
        everything = [
            gzip.decompress(one.body) if one.body[:2] == b"\x1f\x8b" else one.body
            for one in receiver.requests
        ]
        assert {one.path for one in receiver.requests} == {"/api/7/envelope/"}
    assert len(events) == 5 * len(PRIVATE)
    for body in everything:
        text = body.decode()
        for private in PRIVATE:
            assert private not in text
            assert json.dumps(private)[1:-1] not in text
    failed = next(one for one in events if one.get("exception"))
    (value,) = failed["exception"]["values"]
    assert value["type"] == "ValueError" and value["value"] == ""
    assert value["stacktrace"]["frames"][-1]["function"] == "deep"
    assert set(value["stacktrace"]["frames"][-1]) <= {
        "filename",
        "function",
        "module",
        "lineno",
        "in_app",
    }
    assert failed["tags"] == {"request_id": "0123456789abcdef-given"}
    assert failed["logentry"]["message"] == "it failed for %s"
    assert "user" not in failed and "extra" not in failed and "breadcrumbs" not in failed


@pytest.mark.parametrize("dsn", ["", "http://publickey@127.0.0.1:9/7"])
def test_the_library_is_loaded_only_where_there_is_an_address(dsn: str) -> None:
    program = (
        "import django, sys; django.setup();"
        "print([n for n in ('sentry_sdk', 'prometheus_client', 'authlib', 'requests') if n in sys.modules])"
    )
    done = run(program, SENTRY_DSN=dsn, DJANGO_SETTINGS_MODULE="config.settings")
    assert done.stdout.strip() == ("['sentry_sdk']" if dsn else "[]")


@given(st.text(), st.text(), st.text())
def test_whatever_is_in_an_event_only_the_programs_own_words_leave(
    value: str, variable: str, number: str
) -> None:
    secret = f"密{value}密"
    event = {
        "event_id": "e", "level": "error", "logger": "apps.x", "message": secret,
        "user": {"id": secret}, "request": {"url": secret, "data": secret}, "extra": {"a": secret},
        "logentry": {"message": secret, "params": [secret]},
        "exception": {"values": [{
            "type": "ValueError", "value": secret,
            "stacktrace": {"frames": [{
                "function": "f", "vars": {variable: secret}, "context_line": secret,
            }]},
        }]},
        "breadcrumbs": {"values": [{"message": secret}]}, "server_name": secret,
        "contexts": {"trace": {"data": {number: secret}}},
    }  # fmt: skip
    assert "密" not in json.dumps(scrubbed(event), ensure_ascii=False)
