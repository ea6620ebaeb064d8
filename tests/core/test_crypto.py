"""Personal data at rest."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from apps.core.crypto import blind_index, blind_indexes, decrypt, encrypt, encrypt_many

KEY_1 = "k1:" + base64.b64encode(b"1" * 32).decode()
KEY_2 = "k2:" + base64.b64encode(b"2" * 32).decode()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_goes_in_comes_out_and_never_shows(clear: str) -> None:
    stored = encrypt(clear)
    assert decrypt(stored) == clear
    if len(clear) > 4:
        assert clear not in stored


def test_the_same_text_is_never_stored_the_same_way_twice() -> None:
    assert encrypt("13800138000") != encrypt("13800138000")


def test_keys_rotate(settings: object) -> None:
    settings.FIELD_KEYS = KEY_1  # type: ignore[attr-defined]
    old = encrypt("13800138000")
    settings.FIELD_KEYS = f"{KEY_2},{KEY_1}"  # type: ignore[attr-defined]
    assert decrypt(old) == "13800138000"
    assert encrypt("x").startswith("k2:")
    settings.FIELD_KEYS = KEY_2  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="k1"):
        decrypt(old)


def test_a_tampered_value_is_noticed() -> None:
    key, _, body = encrypt("13800138000").partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(ValueError, match="changed outside"):
        decrypt(f"{key}:{base64.b64encode(bytes(raw)).decode()}")


def test_blind_index_finds_the_same_value_for_the_same_purpose_only() -> None:
    assert blind_index("a", "phone") == blind_index("a", "phone")
    assert blind_index("a", "phone") != blind_index("a", "account")
    assert blind_index("", "phone") == ""


def test_many_at_once_are_each_as_if_alone() -> None:
    clear = ["+8613800138000", "", "+8613800138000", "王"]
    stored = encrypt_many(clear)
    assert [decrypt(one) for one in stored] == clear
    assert stored[0] != stored[2] and stored[1] == ""
    assert blind_indexes(clear, "x") == [blind_index(one, "x") for one in clear]
