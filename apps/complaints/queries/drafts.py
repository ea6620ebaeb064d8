"""What somebody had typed when the window closed."""

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from apps.complaints.models import Case, CaseDraft

if TYPE_CHECKING:
    from apps.accounts.models import User

_OF_CASES = UUID("6f1d8f0e-3f2b-5b61-9d3d-0b6f4a1c7e55")


def draft_form(*, owner: "User", key: UUID) -> dict[str, Any]:
    """The raw form, empty when there is none; nobody sees another person's."""
    draft = CaseDraft.objects.filter(owner=owner, key=key).first()
    form: dict[str, Any] = json.loads(draft.form) if draft else {}
    return form


def drafts_of(owner: "User", *, limit: int = 8) -> list[CaseDraft]:
    """Cases half taken down, the newest first."""
    return list(CaseDraft.objects.filter(owner=owner, case__isnull=True).defer("form")[:limit])


def case_key(case: Case) -> UUID:
    """Under which the words typed on this case's page are kept: one draft per person and case."""
    return uuid5(_OF_CASES, str(case.pk))
