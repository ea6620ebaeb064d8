"""One result as JSON, XML, HTML or text (``show`` 0–3). Pure."""

import json
from html import escape
from typing import Any
from xml.sax.saxutils import escape as escape_xml

JSON, XML, HTML, TEXT = "0", "1", "2", "3"
SHOWS = (JSON, XML, HTML, TEXT)
_TYPES = {
    JSON: "application/json; charset=utf-8",
    XML: "text/xml; charset=utf-8",
    HTML: "text/html; charset=utf-8",
    TEXT: "text/plain; charset=utf-8",
}


def shown(result: dict[str, Any], show: str) -> tuple[str, str]:
    """(body, content type)."""
    body = {XML: _xml, HTML: _html, TEXT: _text}.get(show, _json)(result)
    return body, _TYPES.get(show, _TYPES[JSON])


def _json(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _xml(result: dict[str, Any]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<xml>{_elements(result)}</xml>'


def _elements(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_named(name, inner) for name, inner in value.items())
    if value is None:
        return ""
    return escape_xml(str(value).lower() if isinstance(value, bool) else str(value))


def _named(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_named(name, inner) for inner in value)
    return f"<{name}>{_elements(value)}</{name}>"


def _html(result: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(row['time'])}</td><td>{escape(row['context'])}</td></tr>"
        for row in result.get("data", [])
    )
    if not rows:
        return f"<p>{escape(str(result.get('message', '')))}</p>"
    return f"<table>{rows}</table>"


def _text(result: dict[str, Any]) -> str:
    lines = [f"{row['time']} {row['context']}" for row in result.get("data", [])]
    return "\r\n".join(lines) or str(result.get("message", ""))
