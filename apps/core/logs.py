"""How lines of the log are written: for people, or as one JSON object each for whatever gathers them.

Both name the request or task that they belong to (``core.request_ids``).
"""

import json
import logging
from datetime import UTC, datetime

from apps.core import request_ids


class RequestId(logging.Filter):
    """Gives each record ``request_id``; "" where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_ids.current()
        return True


class LineFormatter(logging.Formatter):
    """The id stands behind the name, where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # named by the library
        request_id = getattr(record, "request_id", "")
        record.of_request = f" [{request_id}]" if request_id else ""
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """One object on one line; times are UTC (ISO 8601). Further attributes of a record stay out: nobody
    has looked at what they hold."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if request_id := getattr(record, "request_id", "") or request_ids.current():
            line["request_id"] = request_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def logging_settings(level: str, *, as_json: bool) -> dict[str, object]:
    """For ``logging.config.dictConfig``: everything goes to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "apps.core.logs.RequestId"}},
        "formatters": {
            "line": {
                "()": "apps.core.logs.LineFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s%(of_request)s %(message)s",
            },
            "json": {"()": "apps.core.logs.JsonFormatter"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "line",
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"axes": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
    }
