"""Requests that were slow or failed, counted by page in Valkey, for all web processes together.

Only these cost a question to Valkey, and while it does not answer they are not counted. A page is named by
the name of its address: no path, so nobody's number.
"""

from django.http import HttpRequest

from apps.core.valkey import ValkeyStore

KEY = "metrics:requests"
# As long as somebody notices that they wait (seconds).
SLOW = 1.0
_COUNT = "return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)"
_store = ValkeyStore()


def note(request: HttpRequest, status: int, seconds: float) -> None:
    """``seconds`` is how long the answer took."""
    if seconds >= SLOW:
        _store.run(_COUNT, KEY, f"slow:{_page(request)}")
    if status >= 500:
        _store.run(_COUNT, KEY, f"failed:{_page(request)}")


def _page(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name if match else "") or "unnamed"
