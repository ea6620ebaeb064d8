"""What an agent had typed when the window closed."""

import json
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.orders.models import OrderDraft


def draft_form(*, owner: User, key: UUID) -> dict[str, Any]:
    """The raw form, empty when there is none; nobody sees another person's."""
    draft = OrderDraft.objects.filter(owner=owner, key=key).first()
    form: dict[str, Any] = json.loads(draft.form) if draft else {}
    return form


def drafts_of(owner: User, *, limit: int = 20) -> list[OrderDraft]:
    return list(OrderDraft.objects.filter(owner=owner).defer("form")[:limit])
