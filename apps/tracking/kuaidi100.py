"""Kuaidi100 documents: signatures, and the rows inside a push or a query answer. No database.

Push: form ``param`` + ``sign``, sign = MD5(param + salt) in capitals over the bytes received,
since senders space and escape JSON differently. Every push carries the whole list.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.tracking.inputs import Refusal
from apps.tracking.mapping import KUAIDI100_CODES, classify, is_no_event
from apps.tracking.reading import Unreadable, clean_text, printable, refuse
from apps.tracking.scan_texts import city_in, place_in

MAX_DOCUMENT = 512 * 1024
MAX_ROWS = 1_000
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")


def sign_push(param: bytes, salt: str) -> str:
    return hashlib.md5(param + salt.encode(), usedforsecurity=False).hexdigest().upper()


def sign_query(param: bytes, key: str, customer: str) -> str:
    whole = param + key.encode() + customer.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()


def is_signed(param: bytes, sign: str, salt: str) -> bool:
    """Without a salt nothing is: an empty one would be anybody's."""
    return bool(salt) and constant_time_compare(sign_push(param, salt), sign.strip().upper())


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, understood."""

    occurred_at: datetime
    code: str
    text: str
    place: str
    city: str

    @property
    def identity(self) -> str:
        """Equal for the same line in the next push; what is filled in later is left out."""
        content = f"{self.occurred_at.isoformat()}\x1f{self.code}\x1f{''.join(self.text.split())}"
        return "row:" + hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Document:
    """A push or a query answer. ``rows`` oldest first, each once."""

    number: str
    company: str
    monitor: str
    state: str
    message: str
    rows: list[Row]
    refused: list[Refusal]

    @property
    def is_abort(self) -> bool:
        return self.monitor == "abort"


def read_document(param: bytes, zone: ZoneInfo) -> Document:
    """Understand ``param``; BadInput (``bad_document``) when it is no such document.

    Rows that cannot be understood are in ``refused``; rows that say "no record", or only thank
    and advertise, are none.
    """
    whole = _load(param)
    result = whole.get("lastResult", whole)
    if not isinstance(result, dict):
        raise _bad(_("The document has no “lastResult”."))
    number = _field(result, "nu", 40)
    if whole.get("result") is False or not number:
        raise _bad(
            _("The partner reports a failure: %(why)s.")
            % {"why": _field(whole, "message", 100) or "?"}
        )
    listed = result.get("data")
    if listed is None:
        listed = []
    if not isinstance(listed, list) or len(listed) > MAX_ROWS:
        raise _bad(_("“data” is not a list of at most %(n)d rows.") % {"n": MAX_ROWS})
    rows: dict[str, Row] = {}
    refused: list[Refusal] = []
    for index, raw in enumerate(listed):
        try:
            row = _row(raw, zone)
        except Unreadable as problem:
            refusal = refuse(problem, number, raw)
            refusal.index = index
            refused.append(refusal)
            continue
        if row is not None:
            rows.setdefault(row.identity, row)
    state = _field(result, "state", 8)
    return Document(
        number=number,
        company=_field(result, "com", 40),
        monitor=_field(whole, "status", 20) if "lastResult" in whole else "",
        state=state,
        message=_field(whole, "message", 100),
        rows=_settle(sorted(rows.values(), key=lambda r: r.occurred_at), state),
        refused=refused,
    )


def _load(param: bytes) -> dict[str, Any]:
    if len(param) > MAX_DOCUMENT:
        raise _bad(_("The document is too large."))
    try:
        whole = json.loads(param.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _bad(_("“param” is not JSON in UTF-8.")) from None
    if not isinstance(whole, dict):
        raise _bad(_("“param” is not a JSON object."))
    return whole


def _bad(message: str) -> BadInput:
    return BadInput(message, code="bad_document", field="param")


def _field(holder: dict[str, Any], name: str, most: int) -> str:
    """Short text; numbers come as numbers or as text, depending on the sender."""
    value = holder.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return printable(str(value)).strip()[:most]


def _row(raw: Any, zone: ZoneInfo) -> Row | None:
    if not isinstance(raw, dict):
        raise Unreadable("bad_type", _("A row is a JSON object."))
    context = raw.get("context")
    text = clean_text(context[:500] if isinstance(context, str) else context, "text")
    if not text:
        raise Unreadable("missing", _("“%(field)s” is missing.") % {"field": "context"}, "context")
    number = _field(raw, "statusCode", 8)
    word = _field(raw, "status", 20)
    if is_no_event(text, number=number, word=word):
        return None
    area = [part for part in _field(raw, "areaName", 100).split(",") if part]
    return Row(
        occurred_at=_time(raw, zone),
        code=classify(text, number=number, word=word),
        text=text,
        place=_field(raw, "location", 120) or "".join(area) or place_in(text),
        city=(_city(area) or city_in(text))[:40],
    )


def _time(raw: dict[str, Any], zone: ZoneInfo) -> datetime:
    for name in ("time", "ftime"):
        value = raw.get(name)
        if not isinstance(value, str):
            continue
        for form in _TIMES:
            try:
                return datetime.strptime(value.strip(), form).replace(tzinfo=zone)
            except ValueError:
                continue
    raise Unreadable("bad_time", _("The row has no time that can be read."), "time")


def _city(area: list[str]) -> str:
    return next((part for part in area if part.endswith("市")), area[0] if area else "")


def _settle(rows: list[Row], state: str) -> list[Row]:
    """A signature on a parcel that went back is the sender's: state 4 says so, its text does not."""
    if KUAIDI100_CODES.get(state) != "returned.signed_by_sender":
        return rows
    last = max((n for n, row in enumerate(rows) if row.code.startswith("delivered")), default=None)
    if last is None:
        return rows
    row = rows[last]
    home = Row(row.occurred_at, "returned.signed_by_sender", row.text, row.place, row.city)
    return [*rows[:last], home, *rows[last + 1 :]]
