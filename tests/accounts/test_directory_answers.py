"""What the directory may answer wrongly: each is refused in words, and nobody is let in."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from apps.accounts.directory import provider
from apps.accounts.directory.refusals import WORDS
from apps.accounts.models import DirectoryIdentity
from tests.accounts.directories import BACK, BEGIN, come, company, newcomer, way_back
from tests.accounts.directories import _directory as _directory
from tests.doubles.directory import Directory

__all__ = ["company"]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


WRONG: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    ("other_audience", lambda c: {**c, "aud": ["another"]}),
    # The library lets this one pass if it is not told whom tokens are for.
    ("other_audience", lambda c: {**c, "aud": "another", "azp": "yipiao"}),
    ("other_audience", lambda c: {**c, "aud": ["yipiao", "another"], "azp": "yipiao"}),
    ("other_issuer", lambda c: {**c, "iss": "https://elsewhere.example"}),
    ("expired", lambda c: {**c, "exp": c["iat"] - 3600}),
    ("expired", lambda c: {**c, "iat": c["iat"] + 3600}),
    ("other_sign_in", lambda c: {**c, "nonce": "of-another-sign-in"}),
    ("other_sign_in", without("nonce")),
    ("incomplete", without("sub")),
    ("other_audience", without("aud")),
    ("incomplete", lambda c: {**c, "at_hash": "wrong"}),
]


def page_text(client: Client) -> str:
    return client.get("/admin/login/").content.decode()


@pytest.mark.parametrize(("code", "change"), WRONG)
def test_a_wrong_token_is_refused_in_words(
    client: Client, company: Directory, code: str, change: Any, caplog: Any
) -> None:
    sub = newcomer(company)
    company.change = change
    with caplog.at_level(logging.WARNING):
        answer = come(client, sub)
    assert answer.url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS[code]) in page_text(client)
    assert f"refused: {code}" in caplog.text
    assert not DirectoryIdentity.objects.exists()
    company.mend()
    assert come(client, sub).status_code == 403  # known now, and waiting


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_what_is_no_token_is_refused(client: Client, company: Directory, text: str) -> None:
    sub = newcomer(company)
    company.raw_token = text or " "
    assert come(client, sub).url == "/admin/login/"
    assert not DirectoryIdentity.objects.exists()


def test_a_strange_signature_is_refused_and_a_turned_key_is_not(
    client: Client, company: Directory
) -> None:
    sub = newcomer(company)
    come(client, sub)
    company.signs_with = company.strange_key
    client.cookies["yipiao_language"] = "en"
    assert come(client, sub).url == "/admin/login/"
    assert "is not signed by the directory, so it was not accepted" in page_text(client)
    company.turn_key()
    company.asked.clear()
    assert come(client, sub).status_code == 403
    assert company.asked.count("/jwks") == 1


def test_the_keys_are_read_anew_after_an_hour(
    client: Client, company: Directory, monkeypatch: Any
) -> None:
    come(client, newcomer(company))
    company.asked.clear()
    monkeypatch.setattr(provider, "GOOD_FOR", -1.0)
    come(client, newcomer(company))
    assert "/jwks" in company.asked and "/.well-known/openid-configuration" in company.asked


def test_an_answer_opens_once_and_in_its_own_browser_only(
    client: Client, company: Directory
) -> None:
    sub = newcomer(company)
    back = way_back(client, sub)
    thief = Client()
    company.asked.clear()
    assert thief.get(back).url == "/admin/login/"
    assert company.asked == []  # the directory is not even asked
    assert client.get(back).status_code == 403
    assert client.get(back).url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS["other_sign_in"]) in page_text(client)


def test_a_code_is_worth_nothing_without_its_verifier(client: Client, company: Directory) -> None:
    """PKCE: the double refuses a code whose challenge nobody proves."""
    sub = newcomer(company)
    back = way_back(client, sub)
    session = client.session
    key = next(name for name in session.keys() if name.startswith("_state_"))  # noqa: SIM118
    session[key] = {**session[key], "data": {**session[key]["data"], "code_verifier": "x" * 48}}
    session.save()
    assert client.get(back).url == "/admin/login/"
    assert not DirectoryIdentity.objects.exists()


def test_broken_off_there_is_said_here(client: Client, company: Directory) -> None:
    begun = client.get(BEGIN)
    state = begun.url.split("state=")[1].split("&")[0]
    assert client.get(BACK, {"error": "access_denied", "state": state}).url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS["denied"]) in page_text(client)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((503, b""), "directory_down"),
        ((200, b"<html>maintenance"), "directory_garbage"),
        ((200, b"[]"), "directory_garbage"),
        ((404, b"{}"), "directory_garbage"),
        ((200, b'{"issuer": "https://elsewhere.example"}'), "other_issuer"),
    ],
)
def test_a_directory_that_is_down_or_answers_garbage(
    client: Client, company: Directory, answers: Any, code: str
) -> None:
    company.answers = answers
    assert client.get(BEGIN).url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS[code]) in page_text(client)
    # For some seconds nobody waits for it again.
    company.asked.clear()
    assert client.get(BEGIN).url == "/admin/login/"
    assert company.asked == []
    assert "username" in page_text(client)  # local accounts go on


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((502, b"bad gateway"), "directory_down"),
        ((200, b"<html>maintenance"), "directory_garbage"),
        ((200, b"\xff\xfe\x00"), "directory_garbage"),
        ((200, b"[]"), "directory_garbage"),
        ((200, b"null"), "directory_garbage"),
        ((200, b'"token"'), "directory_garbage"),
        ((200, b"{}"), "incomplete"),
        ((200, b'{"id_token": 7, "access_token": []}'), "directory_garbage"),
        ((200, b'{"access_token": "a", "token_type": "Bearer"}'), "incomplete"),
        (
            (200, b'{"access_token": "a", "expires_in": "soon", "id_token": "x"}'),
            "directory_garbage",
        ),
        ((400, b"[]"), "directory_garbage"),
    ],
    ids=str,
)
def test_down_or_garbage_between_there_and_back(
    client: Client, company: Directory, answers: Any, code: str
) -> None:
    sub = newcomer(company)
    back = way_back(client, sub)
    company.answers = answers
    assert client.get(back).url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS[code]) in page_text(client)
    assert not DirectoryIdentity.objects.exists()


@pytest.mark.parametrize("keys", [b"<html>", b"[]", b"{}", b'{"keys": 7}', b'{"keys": [{}, "x"]}'])
def test_keys_that_are_garbage_let_nobody_in(
    client: Client, company: Directory, keys: bytes
) -> None:
    sub = newcomer(company)
    back = way_back(client, sub)
    provider.clear_cache()
    company.keys = keys
    assert client.get(back).url == "/admin/login/"
    assert not DirectoryIdentity.objects.exists()
    provider.clear_cache()
    company.keys = None
    assert come(client, sub).status_code == 403  # known now, and waiting


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"sub": "somebody else"}', b"7"])
def test_userinfo_that_is_garbage_lets_nobody_in(
    client: Client, company: Directory, answer: bytes
) -> None:
    sub = newcomer(company)
    # Without groups in the token, what the directory says of them is asked for.
    company.change = lambda claims: {k: v for k, v in claims.items() if k != "groups"}
    company.userinfo = answer
    assert come(client, sub).url == "/admin/login/"
    assert not DirectoryIdentity.objects.exists()


def test_nobody_listens_at_the_directorys_address(
    client: Client, company: Directory, settings: Any
) -> None:
    settings.OIDC = {**settings.OIDC, "issuer": "http://127.0.0.1:9"}
    assert client.get(BEGIN).url == "/admin/login/"
    with override("zh-hans"):
        assert str(WORDS["directory_down"]) in page_text(client)


def test_it_leads_on_to_pages_of_ours_only(client: Client, company: Directory) -> None:
    client.get(BEGIN, {"next": "https://elsewhere.example/"})
    assert client.session["directory_then"] == "/admin/"
