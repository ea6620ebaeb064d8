"""Causes, rules and ready-made words a new house starts with; staff change them afterwards."""

import json
from pathlib import Path
from typing import Any

SEED = Path(__file__).resolve().parent / "seed"
LANGUAGES = {"zh": "zh-hans", "en": "en"}


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


def answer_rows() -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "language": language,
            "kind": row["kind"],
            "case_class": row["class"],
            "title": row[short][0],
            "body": row[short][1],
            "position": position,
        }
        for position, row in enumerate(_read("answers.json"), start=1)
        for short, language in LANGUAGES.items()
    ]


def plant_answers(answers: Any) -> None:
    answers.bulk_create([answers.model(**row) for row in answer_rows()], ignore_conflicts=True)
