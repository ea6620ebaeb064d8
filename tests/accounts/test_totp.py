"""Codes as arithmetic: the RFC's own vectors, the window, and each code once."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import totp

KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    # RFC 6238, appendix B, SHA-1, the last six of eight digits.
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(KEY, totp.step_at(at)) == code
    assert totp.matching_step(KEY, code, at=at, after=-1) == seconds // 30


@given(st.integers(min_value=10, max_value=10**9), st.integers(min_value=-5, max_value=5))
def test_a_code_is_good_one_step_either_way(step: int, off: int) -> None:
    at = datetime.fromtimestamp(step * 30, UTC)
    code = totp.code_at(KEY, step + off)
    found = totp.matching_step(KEY, code, at=at, after=-1)
    if abs(off) <= totp.TOLERANCE:
        # Two steps can share a code by chance; the later one then counts.
        assert found is not None and totp.code_at(KEY, found) == code
    elif found is not None:
        assert totp.code_at(KEY, found) == code


@given(st.integers(min_value=10, max_value=10**9))
def test_a_code_is_not_good_again_at_or_before_its_step(step: int) -> None:
    at = datetime.fromtimestamp(step * 30, UTC)
    found = totp.matching_step(KEY, totp.code_at(KEY, step), at=at, after=step)
    assert found is None or found > step


@given(st.text(max_size=12))
def test_nothing_typed_makes_it_fail(code: str) -> None:
    totp.matching_step(KEY, code, at=datetime.fromtimestamp(10**9, UTC), after=-1)


def test_a_new_key_is_fresh_and_the_address_names_account_and_issuer() -> None:
    key = totp.new_key()
    assert key != totp.new_key()
    assert len(base64.b32decode(key)) == 20
    uri = totp.enrolment_uri(key, account="wang", issuer="Yipiao 一票")
    assert uri.startswith("otpauth://totp/Yipiao%20%E4%B8%80%E7%A5%A8%3Awang?secret=")
