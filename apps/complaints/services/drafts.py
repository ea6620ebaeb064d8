"""Keeping what is being typed about a case, so that a closed window loses nothing (CMP-1)."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.models import Draft
from apps.complaints.models import Case
from apps.complaints.queries.drafts import KIND
from apps.core.masking import mask_text

discard_draft = partial(backoffice.discard_draft, kind=KIND)


def save_draft(
    *, owner: User, key: UUID, form: Mapping[str, str], case: Case | None = None
) -> Draft:
    """Replace the draft under ``key``; the list shows waybill and the first words, masked."""
    parts = (form.get("waybill", ""), form.get("description", "")[:60])
    summary = mask_text(" · ".join(part for part in parts if part))
    return backoffice.save_draft(
        kind=KIND, owner=owner, key=key, form=form, summary=summary, subject=case
    )
