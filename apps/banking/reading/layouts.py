"""How a bank lays out its sheets: data, not code (``layouts.json``, and what staff add).

Columns are found by their headings; where a heading stands for several things in several banks, the
layout of that bank says which. The layout ``generic`` knows all headings and serves for most.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROLES = (
    "day", "time", "amount", "income", "outgo", "mark", "balance", "party_name", "party_number",
    "text", "ref", "currency",
)  # fmt: skip
# Of these every column that fits is taken, in the order of the sheet; of the others the first name that fits.
SEVERAL = frozenset({"text"})


@dataclass(frozen=True, slots=True)
class Layout:
    """``columns`` maps a role to headings, the preferred first. ``needs`` are headings that must be
    there for the layout to be taken by itself; ``title`` a word of the preamble. ``is_inverse``: what
    is owed stands above zero (credit cards). ``source`` says where the layout is documented."""

    code: str
    name: str
    source: str
    columns: dict[str, tuple[str, ...]]
    needs: tuple[str, ...] = ()
    title: str = ""
    is_inverse: bool = False
    must_total: bool = False  # a file of this bank ends with its total row
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, definition: dict[str, Any], base: "Layout | None" = None) -> "Layout":
        """From its JSON form. Raises ValueError for a role that there is none of."""
        unknown = set(definition.get("columns", {})) - set(ROLES)
        if unknown:
            raise ValueError(f"no such column: {sorted(unknown)}")
        columns = {role: tuple(names) for role, names in definition.get("columns", {}).items()}
        if base is not None:
            columns = {
                role: tuple(dict.fromkeys((*columns.get(role, ()), *base.columns.get(role, ()))))
                for role in ROLES
            }
        return cls(
            code=definition["code"],
            name=definition.get("name", definition["code"]),
            source=definition.get("source", ""),
            columns=columns,
            needs=tuple(definition.get("needs", ())),
            title=definition.get("title", ""),
            is_inverse=bool(definition.get("is_inverse", False)),
            must_total=bool(definition.get("must_total", False)),
            incoming=tuple(definition.get("incoming", ())),
            outgoing=tuple(definition.get("outgoing", ())),
        )


def _built_in() -> tuple[Layout, ...]:
    definitions = json.loads((Path(__file__).parent / "layouts.json").read_text(encoding="utf-8"))
    generic = Layout.of(next(one for one in definitions if one["code"] == "generic"))
    return (*(Layout.of(one, generic) for one in definitions if one["code"] != "generic"), generic)


BUILT_IN = _built_in()
GENERIC = BUILT_IN[-1]
