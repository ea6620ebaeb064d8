"""What the directory says about a person, read from its claims. Strangers' text: shortened and cleaned."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core.text import without_controls

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*")
_STAFF_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]*")
MOST_GROUPS, LONGEST_GROUP = 200, 120


@dataclass(frozen=True)
class Person:
    """``subject`` is the directory's own key for a person, within ``issuer``; it alone says who it is."""

    issuer: str
    subject: str
    username: str
    display_name: str
    email: str = ""
    staff_number: str = ""
    groups: tuple[str, ...] = ()
    # The directory's session, by which it may end ours; "" where it names none.
    sid: str = ""
    second_factor: bool = False
    refresh_token: str = field(default="", repr=False)


def read_person(
    claims: Mapping[str, Any], config: Mapping[str, Any], *, refresh_token: str = ""
) -> Person:
    """``claims`` are of a token that was checked; ``config`` is ``settings.OIDC``."""
    subject = str(claims["sub"])
    username = _username(claims, str(config["username_claim"]), subject)
    return Person(
        issuer=str(config["issuer"]),
        subject=subject,
        username=username,
        display_name=_line(claims.get("name"), 80) or username,
        email=_email(claims),
        staff_number=_staff_number(claims, str(config["staff_number_claim"])),
        groups=read_groups(claims.get(str(config["groups_claim"]))),
        sid=_line(claims.get("sid"), 200),
        second_factor=_has_second_factor(claims, config),
        refresh_token=refresh_token,
    )


def read_groups(given: Any) -> tuple[str, ...]:
    """Each once, in the order of the alphabet. One group may come as a plain text."""
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    names = {_line(one, LONGEST_GROUP) for one in listed if isinstance(one, str)}
    return tuple(sorted(names - {""}))[:MOST_GROUPS]


def _line(given: Any, most: int) -> str:
    return without_controls(given).strip()[:most] if isinstance(given, str) else ""


def _username(claims: Mapping[str, Any], claim: str, subject: str) -> str:
    """The first that can be a sign-in name here; else one made of the subject."""
    for name in (claim, "email"):
        text = _line(claims.get(name), 60).lower()
        if _USERNAME.fullmatch(text):
            return text
    return f"d{hashlib.sha256(subject.encode()).hexdigest()[:12]}"


def _email(claims: Mapping[str, Any]) -> str:
    """Not one of which the directory says that nobody has checked it."""
    text = _line(claims.get("email"), 254)
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if claims.get("email_verified", True) is not False else ""


def _staff_number(claims: Mapping[str, Any], claim: str) -> str:
    text = _line(claims.get(claim), 20).upper() if claim else ""
    return text if _STAFF_NUMBER.fullmatch(text) else ""


def _has_second_factor(claims: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """By which methods (RFC 8176) and at which level the directory says that it knew the person."""
    methods = claims.get("amr")
    known = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    return bool(known & set(config["trusted_amr"])) or claims.get("acr") in config["trusted_acr"]
