"""Shifts as an iCalendar file (RFC 5545). Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

PRODUCT = "-//Yipiao//Duty roster//ZH"
MOST_OCTETS = 75  # of a line, without its end (RFC 5545, 3.1)


class Entry(NamedTuple):
    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str


def calendar(entries: Iterable[Entry], *, name: str, made_at: datetime) -> str:
    """The file's text with CRLF, times in UTC, long lines folded."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{_text(name)}"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP:{_time(made_at)}",
            f"DTSTART:{_time(entry.starts_at)}",
            f"DTEND:{_time(entry.ends_at)}",
            f"SUMMARY:{_text(entry.summary)}",
            f"LOCATION:{_text(entry.location)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _folded(line: str) -> list[str]:
    """Parts of at most 75 octets, none within a character; those after the first begin with a space."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > MOST_OCTETS:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
