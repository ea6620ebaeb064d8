"""What a person types into a search box: without what cannot be typed, one thing or several. Pure."""

import re
import unicodedata

from stdnum import damm

LONGEST = 80
MOST_SEVERAL = 50
LONGEST_SEVERAL = 2_000
_BORDER = re.compile(r"[\s,;，、；|/]+")
# The shortest thing that has a number of its own and may stand beside others: 2026112500001.
_NUMBER = re.compile(r"(?=(?:.*\d){6})[A-Za-z0-9+][A-Za-z0-9_.-]{7,39}", re.ASCII)

# One number of ours with a blank where its dash belongs: WO20261125 48391527.
_PARTED = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2}\d{8})[ \u3000]+(\d{5,8})(?![A-Za-z0-9])", re.ASCII
)


def tidy_typed(text: str, most: int = LONGEST) -> str:
    """The text with a blank for every control character, cut to what a search looks at."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text[: most * 2])
    return plain.strip()[:most]


def several(text: str) -> list[str]:
    """The numbers of a list that was pasted in, each once, at most MOST_SEVERAL; empty for one
    number (which may be grouped with blanks) and for words."""
    whole = _PARTED.sub(r"\1-\2", tidy_typed(text, LONGEST_SEVERAL))
    pieces = [p for p in _BORDER.split(whole) if p]
    if len(pieces) < 2 or not all(_NUMBER.fullmatch(piece) for piece in pieces):
        return []
    return list(dict.fromkeys(pieces))[:MOST_SEVERAL]


def typed_number(prefix: str, text: str) -> str:
    """How a number of ours (``WO20261125-00001``) begins by what was typed of it, with or without
    its dash, in any case; "" for anything else."""
    compact = re.sub(r"[\s\-_.‐‑–—]+", "", unicodedata.normalize("NFKC", text)).upper()
    found = re.fullmatch(rf"{prefix}(\d{{0,8}})(\d{{0,9}})", compact, re.ASCII)
    if not found:
        return ""
    return f"{prefix}{found[1]}-{found[2]}" if found[2] else f"{prefix}{found[1]}"


def mistyped_number(prefixes: tuple[str, ...], text: str) -> str:
    """The number of ours (``CS20261125-48391527``) that was typed whole but does not fit its check
    digit, as it is written; "" for anything else. Numbers of five digits, from before there was
    one, are never wrong."""
    for prefix in prefixes:
        number = typed_number(prefix, text)
        serial = number.partition("-")[2]
        if len(serial) == 8 and not damm.is_valid(serial):
            return number
    return ""
