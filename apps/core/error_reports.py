"""Errors reported to an address of Sentry's shape, where one is set.

What leaves the company is put together from what is known to be about the program, and nothing else: which
exception, where in the code, the words of the log line as they stand in the code, the page's name, the
request's id. Values of variables, messages of exceptions, addresses, headers and bodies never leave: they
hold names, numbers and tokens, and no pattern finds them all. The id leads to the whole line in our own log.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.core import request_ids

# Words of a log line as the code has them: anything with a digit, a sign of an address or a letter that is
# not ASCII was put in by somebody.
_WORD = re.compile(r"[A-Za-z][A-Za-z_.'-]{0,29}[,:;.?!]?|%\(?[a-z_]*\)?[a-z]|[-–:,;()]")
_FRAME = ("filename", "function", "module", "lineno", "in_app")
_COPIED = ("event_id", "timestamp", "platform", "level", "logger", "environment", "release", "sdk")
MOST_FRAMES = 60


def start() -> None:
    """From now on each ERROR of this process is reported. Loads the library, which no process does
    without an address."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        send_default_pii=False,
        # Whatever fails is logged at ERROR, in every process: one integration sees all of it, and none
        # looks into requests, statements or tasks.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=40, sentry_logs_level=None),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        before_send=lambda event, _hint: scrubbed(event),
        max_breadcrumbs=0,
        include_local_variables=False,
        include_source_context=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        propagate_traces=False,
        shutdown_timeout=2,
    )


def scrubbed(event: Mapping[str, Any]) -> Any:
    """What leaves of ``event``: a new one, of what is allowed."""
    report: dict[str, Any] = {name: event[name] for name in _COPIED if name in event}
    entry = event.get("logentry") or {}
    if entry.get("message"):
        report["logentry"] = {"message": _words(str(entry["message"]))}
    found = (event.get("exception") or {}).get("values") or []
    if found:
        report["exception"] = {"values": [_exception(one) for one in found]}
    request_id = request_ids.current()
    report["tags"] = {"request_id": request_id} if request_id else {}
    return report


def _exception(one: Mapping[str, Any]) -> dict[str, Any]:
    """Its kind and its way through the code. What it says is for our own log."""
    frames = ((one.get("stacktrace") or {}).get("frames") or [])[-MOST_FRAMES:]
    return {
        "type": one.get("type"),
        "module": one.get("module"),
        "value": "",
        "stacktrace": {
            "frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]
        },
    }


def _words(template: str) -> str:
    """The template, with "…" for every word that cannot stand in code of ours."""
    return " ".join(word if _WORD.fullmatch(word) else "…" for word in template[:300].split(" "))
