"""Keeping service levels, standard times, limits and agreements."""

from datetime import datetime
from typing import IO, TYPE_CHECKING, TypeVar

from django.core.files.base import File
from django.db import models, transaction

from apps.core.files.scans import check_document
from apps.core.row_checks import clean_row
from apps.core.storage import all_or_nothing
from apps.events.services import record
from apps.tracking.models import PartnerAgreement

if TYPE_CHECKING:
    from apps.accounts.models import User

M = TypeVar("M", bound=models.Model)


@transaction.atomic
def save_row(row: M, *, by: "User", at: datetime) -> M:
    """Save a checked row of reference data and note who did it."""
    made = row._state.adding
    clean_row(row)
    row.save()
    noun = row._meta.model_name
    record(f"{noun}.{'added' if made else 'changed'}", row, by=by, at=at)
    return row


@all_or_nothing()
@transaction.atomic
def save_agreement(
    agreement: PartnerAgreement, *, file: IO[bytes] | None, by: "User", at: datetime
) -> PartnerAgreement:
    """Save an agreement and, when given, its signed copy (PDF, JPEG or PNG)."""
    if file is not None:
        checked = check_document(file, filename=getattr(file, "name", "") or "")
        agreement.filename = checked.name
        agreement.file = File(file, name=f"agreement{checked.extension}")
    if agreement._state.adding:
        agreement.recorded_at, agreement.recorded_by = at, by
    return save_row(agreement, by=by, at=at)
