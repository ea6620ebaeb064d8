"""A directory that tests sign in through, and the walk of a browser through it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import requests
from django.test import Client

from apps.accounts.directory import provider
from tests.doubles.directory import Directory, directory

CLIENT = "yipiao"
BEGIN, BACK = "/admin/login/directory/", "/admin/login/directory/back/"
LOGOUT = "/hooks/directory/logout"


@pytest.fixture(scope="module")
def _directory() -> Iterator[Directory]:
    with directory() as made:
        yield made


@pytest.fixture
def company(_directory: Directory, settings: Any) -> Iterator[Directory]:
    """The directory, set up here; as new for each test."""
    settings.OIDC = {
        **settings.OIDC,
        "issuer": _directory.issuer,
        "client_id": CLIENT,
        "client_secret": "s3cret",
    }
    provider.clear_cache()
    _directory.mend()
    yield _directory
    _directory.mend()
    provider.clear_cache()


def newcomer(company: Directory, **claims: Any) -> str:
    """The key of somebody whom nobody has seen yet."""
    sub = uuid4().hex
    known = {"name": "李梅", "preferred_username": f"limei-{sub[:6]}", "groups": []}
    company.put(sub, **{**known, **claims})
    return sub


def way_back(client: Client, sub: str, *, then: str = "") -> str:
    """The address to which the directory sends the browser of ``sub`` back."""
    begun = client.get(BEGIN, {"next": then} if then else {})
    assert begun.status_code == 302, begun.content.decode()[:300]
    there = requests.post(begun.url, data={"sub": sub}, allow_redirects=False, timeout=20)
    assert there.status_code == 302, there.text[:300]
    return there.headers["Location"].removeprefix("http://testserver")


def come(client: Client, sub: str, **more: Any) -> Any:
    return client.get(way_back(client, sub, **more))


def log_out(client: Client, token: str) -> Any:
    return client.post(
        LOGOUT, urlencode({"logout_token": token}), "application/x-www-form-urlencoded"
    )
