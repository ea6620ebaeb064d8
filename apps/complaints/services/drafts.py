"""Keeping what is being typed about a case, so that a closed window loses nothing (CMP-1)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import Case, CaseDraft
from apps.core.errors import BadInput
from apps.core.masking import mask_text

MOST_BYTES = 60_000
MOST_DRAFTS = 50
KEPT_FOR = timedelta(days=14)


def keep_draft(
    *, owner: User, key: UUID, form: Mapping[str, str], case: Case | None = None
) -> CaseDraft:
    """Replace the draft under ``key``; no event, since nothing has happened yet. BadInput
    ``too_long`` for more than 60 kB. The oldest gives way when somebody has fifty."""
    text = json.dumps(dict(form), ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES or "\\u0000" in text:
        raise BadInput(_("This is too much to keep as a draft."), code="too_long")
    known = CaseDraft.objects.filter(owner=owner)
    if known.count() >= MOST_DRAFTS and not known.filter(key=key).exists():
        known.filter(pk=known.order_by("updated_at").values("pk")[:1]).delete()
    said = " · ".join(
        part for part in (form.get("waybill", ""), form.get("description", "")[:60]) if part
    )
    draft, _made = CaseDraft.objects.update_or_create(
        owner=owner,
        key=key,
        defaults={"form": text, "summary": mask_text(said)[:120], "case": case},
    )
    return draft


def discard_draft(*, owner: User, key: UUID) -> None:
    CaseDraft.objects.filter(owner=owner, key=key).delete()


def purge_drafts(*, at: datetime) -> int:
    """Forget drafts nobody touched for two weeks: they hold personal data."""
    deleted, _by_model = CaseDraft.objects.filter(updated_at__lt=at - KEPT_FOR).delete()
    return deleted
