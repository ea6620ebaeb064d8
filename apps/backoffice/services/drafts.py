"""Saving what is being typed, so that a closed window loses nothing."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.backoffice.models import Draft
from apps.core.errors import BadInput

MOST_BYTES = 60_000
MOST_DRAFTS = 50
KEPT_FOR = timedelta(days=14)


def save_draft(
    *,
    kind: str,
    owner: Any,
    key: UUID,
    form: Mapping[str, str],
    summary: str = "",
    subject: Any = None,
) -> Draft:
    """Replace the draft under ``key``; no event, since nothing has happened yet. BadInput ``too_long``
    for more than 60 kB. The oldest gives way when somebody has fifty of a kind. ``summary`` is shown
    in lists and holds no personal data in clear."""
    text = json.dumps(dict(form), ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES or "\\u0000" in text:
        raise BadInput(_("This is too much to keep as a draft."), code="too_long")
    known = Draft.objects.filter(owner=owner, kind=kind)
    if known.count() >= MOST_DRAFTS and not known.filter(key=key).exists():
        known.filter(pk=known.order_by("updated_at").values("pk")[:1]).delete()
    draft, _made = Draft.objects.update_or_create(
        owner=owner,
        kind=kind,
        key=key,
        defaults={
            "form": text,
            "summary": summary.replace("\x00", "")[:120],
            "subject_id": "" if subject is None else str(subject.pk),
        },
    )
    return draft


def discard_draft(*, kind: str, owner: Any, key: UUID) -> None:
    Draft.objects.filter(owner=owner, kind=kind, key=key).delete()


def purge_drafts(*, at: datetime) -> int:
    """Delete drafts nobody touched for two weeks: they hold personal data."""
    deleted, _by_model = Draft.objects.filter(updated_at__lt=at - KEPT_FOR).delete()
    return deleted
