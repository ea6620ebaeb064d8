"""Prints are written once; the lists of prohibited goods and the follow-up steps a new installation starts with.

Both lists are data that staff edit afterwards.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

SEED = Path(__file__).resolve().parent.parent / "seed"
IN_FORCE = date(2016, 12, 16)


def add_goods(apps: Any, schema_editor: Any) -> None:
    lists = apps.get_model("orders", "ProhibitedList").objects
    terms = apps.get_model("orders", "ProhibitedTerm")
    harmless = apps.get_model("orders", "HarmlessTerm")
    book = json.loads((SEED / "prohibited_goods.json").read_text(encoding="utf-8"))
    for row in book["lists"]:
        words = row.pop("terms")
        goods_list, _made = lists.get_or_create(
            code=row["code"], defaults={**row, "valid_from": IN_FORCE}
        )
        terms.objects.bulk_create(
            [terms(goods_list=goods_list, term=word[0], aliases=word[1:]) for word in words],
            ignore_conflicts=True,
        )
    harmless.objects.bulk_create(
        [harmless(**row) for row in book["harmless"]], ignore_conflicts=True
    )


def add_steps(apps: Any, schema_editor: Any) -> None:
    template = apps.get_model("orders", "FollowUpTemplate")
    steps = json.loads((SEED / "follow_up_steps.json").read_text(encoding="utf-8"))
    template.objects.bulk_create(
        [
            template(
                follow_up_class=step["c"],
                step=step["step"],
                position=position,
                name=step["name"],
                english_name=step["en"],
                anchor=step["anchor"],
                anchor_status=step.get("status", ""),
                minutes=step["minutes"],
                done_by_status=step.get("done", ""),
                intra_city_only=step.get("intra", False),
            )
            for position, step in enumerate(steps, start=1)
        ],
        ignore_conflicts=True,
    )


OPERATIONS = [
    append_only("orders_printrecord"),
    FirstRows(add_goods),
    FirstRows(add_steps),
]
