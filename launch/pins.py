"""Reads compiled requirement files: `name==version \\` followed by its hashes."""

import re
from collections.abc import Iterable

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")


def normal(name: str) -> str:
    """One spelling per package name, as the package index compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def blocks(text: str) -> dict[str, str]:
    """Package name → its lines, version and hashes."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        pin = PIN.match(line)
        if pin:
            current = found.setdefault(normal(pin.group(1)), [])
        elif not line.startswith(" "):
            current = None
        if current is not None:
            current.append(line)
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def only(text: str, names: Iterable[str]) -> str:
    """The lines of these packages; KeyError names one that is not pinned."""
    known = blocks(text)
    return "".join(known[normal(name)] for name in names)


def unexplained(text: str) -> list[str]:
    """Lines of a requirements.in that do not say why the package is there."""
    lines = (line.strip() for line in text.splitlines())
    wanted = (line for line in lines if line and not line.startswith(("#", "-")))
    return [line for line in wanted if not re.search(r"\s#\s*\w.{8,}", line)]


def stale(wanted: str, compiled: str) -> list[str]:
    """What a requirements.in names and the compiled file lacks or has in another version."""
    known = blocks(compiled)
    wrong = []
    for line in wanted.splitlines():
        asked = re.match(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==(\S+))?(?:\s|$)", line)
        if not asked or line.startswith("-"):
            continue
        name, version = asked.groups()
        pin = known.get(normal(name), "")
        if not pin or (version and f"=={version} " not in pin):
            wrong.append(f"{name}{f' {version}' if version else ''}: not in the compiled file")
    return wrong
