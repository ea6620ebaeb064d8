"""The cases of other systems, where their folder stands beside the checkout (a lone clone has its own)."""

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def rows(name: str) -> list[dict[str, Any]]:
    path = CASES / name
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def bank_files() -> list[dict[str, Any]]:
    path = CASES / "bank" / "index.json"
    found: list[dict[str, Any]] = (
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    )
    return found


def bank_file(name: str) -> bytes:
    return (CASES / "bank" / name).read_bytes()
