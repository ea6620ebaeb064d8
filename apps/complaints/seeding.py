"""Causes and rules a new installation starts with; staff change them afterwards."""

import json
from pathlib import Path
from typing import Any

SEED = Path(__file__).resolve().parent / "seed"


def _read(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))


def plant_causes(causes: Any) -> None:
    """``causes`` is the model's manager; parents come before their children in the file."""
    known: dict[str, Any] = {}
    for position, row in enumerate(_read("causes.json"), start=1):
        known[row["code"]], _made = causes.get_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "english_name": row["en"],
                "liable": row["liable"],
                "parent": known.get(row["code"].rpartition(".")[0]),
                "position": position,
            },
        )


def plant_rules(major: Any, assignment: Any) -> None:
    book = _read("rules.json")
    for row in book["major"]:
        major.get_or_create(name=row["name"], defaults=row)
    for row in book["assignment"]:
        assignment.get_or_create(position=row["position"], defaults=row)
