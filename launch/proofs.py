"""Which requirements of docs/requirements.txt have a test that proves them."""

import re
from pathlib import Path

MARK = re.compile(r"""\brequirement\(\s*((?:["'][A-Z]{3}-\d+["']\s*,?\s*)+)\)""")
NUMBER = re.compile(r"[A-Z]{3}-\d+")


def wanted(root: Path) -> dict[str, str]:
    """Requirement → title, in the order of the list."""
    text = (root / "docs" / "requirements.txt").read_text()
    lines = (line.partition(" ") for line in text.splitlines() if line[:1].isupper())
    return {number: title for number, _, title in lines}


def marked(root: Path) -> dict[str, int]:
    """Requirement → how many tests carry its mark."""
    counts: dict[str, int] = {}
    for path in sorted((root / "tests").rglob("*.py")):
        for mark in MARK.finditer(path.read_text()):
            for number in NUMBER.findall(mark.group(1)):
                counts[number] = counts.get(number, 0) + 1
    return counts


def report(root: Path) -> tuple[bool, str]:
    """False only for a mark that names no requirement; open ones are told, not failed."""
    known, found = wanted(root), marked(root)
    lines = [f"{len(known.keys() & found.keys())} of {len(known)} requirements are proven by tests"]
    open_ones: dict[str, list[str]] = {}
    for number in known.keys() - found.keys():
        family, _, place = number.partition("-")
        open_ones.setdefault(family, []).append(place)
    lines += [
        f"no test yet: {family} {', '.join(sorted(places, key=int))}"
        for family, places in sorted(open_ones.items())
    ]
    strangers = sorted(found.keys() - known.keys())
    lines += [f"no such requirement: {number}" for number in strangers]
    return not strangers, "\n".join(lines)
