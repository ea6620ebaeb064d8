"""What of a logged event leaves the company in its ``data``: times in one format, ids that reveal nothing.
Pure. The log itself is never changed, so older entries are sent in this form as well."""

from collections.abc import Mapping
from typing import Any

from apps.core.opaque import Id, hide
from apps.core.times import wired

_TIMES = frozenset({"promised_at", "promised_before", "expected_at", "occurred_at", "closed_at"})
_IDS = {"message": Id.CASE_MESSAGE, "endpoint": Id.ENDPOINT}
# For ourselves: which waybill a delivery is about.
_OURS = frozenset({"waybill_id"})


def public_content(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _public_value(name, value) for name, value in payload.items() if name not in _OURS
    }


def _public_value(name: str, value: Any) -> Any:
    if name in _TIMES:
        return wired(value)
    if name in _IDS and isinstance(value, int):
        return hide(_IDS[name], value)
    return value
