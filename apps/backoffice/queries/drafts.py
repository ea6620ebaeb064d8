"""What somebody had typed when the window closed."""

import json
from typing import Any
from uuid import UUID

from apps.backoffice.models import Draft


def draft_form(*, kind: str, owner: Any, key: UUID) -> dict[str, Any]:
    """The raw form, empty when there is none; nobody sees another person's."""
    draft = Draft.objects.filter(owner=owner, kind=kind, key=key).first()
    form: dict[str, Any] = json.loads(draft.form) if draft else {}
    return form


def drafts_of(kind: str, owner: Any, *, limit: int = 8) -> list[Draft]:
    """Of what is not on record yet, the newest first."""
    mine = Draft.objects.filter(owner=owner, kind=kind, subject_id="")
    return list(mine.defer("form")[:limit])
