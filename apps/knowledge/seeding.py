"""The replies and guides a new installation starts with: articles for staff, whose owner is the system until
somebody takes them over."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from apps.knowledge.rules.passages import passages
from apps.knowledge.rules.words import vector

REPLIES = Path(__file__).resolve().parent / "seed" / "replies.json"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SECTION = {"code": "replies", "name": "快捷回复与话术", "english_name": "Replies and guides"}
# Nobody's until it is taken over: not to be reviewed before that.
NEVER = date(2099, 12, 31)


def reply_rows() -> list[dict[str, Any]]:
    """One row for each article and language."""
    return [
        {
            "code": row["code"],
            "kind": "script" if row["kind"] == "guide" else "reply",
            "language": language,
            "case_class": row["class"],
            "title": row[short][0],
            "body": row[short][1] if row["kind"] == "guide" else "",
            "reply": "" if row["kind"] == "guide" else row[short][1],
            "position": position,
        }
        for position, row in enumerate(json.loads(REPLIES.read_text(encoding="utf-8")), start=1)
        for short, language in LANGUAGES.items()
    ]


def plant(apps: Any) -> None:
    """Add what is missing; ``apps`` as a migration has it."""
    by, _new = apps.get_model("accounts", "User").objects.get_or_create(
        username="system:knowledge",
        defaults={"display_name": "Knowledge", "kind": "system", "scope": "all", "password": "!"},
    )

    def model(name: str) -> Any:
        return apps.get_model("knowledge", name).objects

    code, since = SECTION["code"], timezone.now()
    section, _new = model("Section").get_or_create(
        code=code, defaults={**SECTION, "owner": by, "position": 90}
    )
    known = set(model("Article").values_list("code", flat=True))
    made: dict[str, Any] = {}
    for row in reply_rows():
        if row["code"] in known:
            continue
        article = made.get(row["code"])
        if article is None:
            article = made[row["code"]] = model("Article").create(
                code=row["code"], section=section, kind=row["kind"], owner=by, created_by=by,
                review_on=NEVER, position=row["position"],
            )  # fmt: skip
            aspect = "class" if row["case_class"] else "any"
            model("Fit").create(article=article, aspect=aspect, value=row["case_class"])
        version = model("ArticleVersion").create(
            article=article, language=row["language"], n=1, title=row["title"], body=row["body"],
            reply=row["reply"], words=vector(row["title"], row["body"], row["reply"]),
            passages=passages(row["body"]), at=since, by=by,
        )  # fmt: skip
        model("Publication").create(
            version=version, article=article, language=row["language"], kind=row["kind"],
            audience="internal", starts_at=since, at=since, by=by,
        )  # fmt: skip
