"""The plans a new house starts with: how many are asked a day."""

import json
from pathlib import Path
from typing import Any

from apps.core.first_rows import FirstRows

PLANS = Path(__file__).resolve().parent.parent / "seed" / "plans.json"


def sow(apps: Any, schema_editor: Any) -> None:
    plans = apps.get_model("surveys", "SurveyPlan").objects
    for row in json.loads(PLANS.read_text(encoding="utf-8")):
        plans.get_or_create(audience=row["audience"], defaults=row)


OPERATIONS = [FirstRows(sow)]
