"""Contracts and dangerous-goods letters: filed, ended, withdrawn, opened."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.files.scans import CheckedFile, check_document
from apps.core.models import set_values
from apps.customers.models import Contract, Customer, DangerousGoodsLetter
from apps.customers.services.authorisations import settle_authorisation
from apps.customers.services.rows import checked, checked_reason, locked, validate
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

CONTRACT_FIELDS = ("number", "valid_from", "valid_to", "price_reference", "notes")


@transaction.atomic
def add_contract(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    file: IO[bytes],
    filename: str,
    by: "User",
    at: datetime,
) -> Contract:
    """File a signed contract; two contracts of a customer never overlap."""
    scan = check_document(file, filename=filename)
    row = locked(customer)
    contract = Contract(customer=row, created_by=by)
    set_values(contract, values, CONTRACT_FIELDS)
    _check_days(contract.valid_from, contract.valid_to)
    overlapping = row.contracts.filter(
        valid_from__lte=contract.valid_to or date.max,
    ).exclude(valid_to__lt=contract.valid_from)
    if (other := overlapping.first()) is not None:
        raise BadInput(
            _("Contract %(number)s is valid in these days too. Set its last day first.")
            % {"number": other.number},
            code="contract_overlaps",
            field="valid_from",
        )
    _attach(contract, scan, file)
    data = {"contract": contract.number, "from": contract.valid_from, "to": contract.valid_to}
    record("customer.contract_added", row, by=by, at=at, data=data)
    settle_authorisation(row, by=by, at=at)
    return contract


@transaction.atomic
def end_contract(contract: Contract, *, last_day: date, by: "User", at: datetime) -> Contract:
    """Set or move the last day of a contract, so that a new one may follow."""
    customer = locked(contract.customer)
    row = Contract.objects.select_for_update().get(pk=contract.pk)
    _check_days(row.valid_from, last_day)
    before, row.valid_to = row.valid_to, last_day
    with refused_as(
        BadInput(
            _("Another contract of this customer is valid in these days."),
            code="contract_overlaps",
            field="last_day",
        )
    ):
        row.save(update_fields=["valid_to"])
    data = {"contract": row.number, "from": before, "to": last_day}
    record("customer.contract_ended", customer, by=by, at=at, data=data)
    return row


@transaction.atomic
def file_letter(
    customer: Customer,
    *,
    file: IO[bytes],
    filename: str,
    signer: str,
    signed_on: date,
    valid_until: date,
    by: "User",
    at: datetime,
) -> DangerousGoodsLetter:
    """Put a signed 危险货物通知函 on file (ORD-2)."""
    scan = check_document(file, filename=filename)
    if signed_on > timezone.localdate(at):
        raise BadInput(
            _("A letter cannot have been signed in the future."),
            code="signed_in_future",
            field="signed_on",
        )
    _check_days(signed_on, valid_until, field="valid_until")
    row = locked(customer)
    letter = DangerousGoodsLetter(
        customer=row,
        signer=signer.strip(),
        signed_on=signed_on,
        valid_until=valid_until,
        created_by=by,
    )
    _attach(letter, scan, file)
    data = {"letter": letter.pk, "signed_on": signed_on, "valid_until": valid_until}
    record("customer.letter_filed", row, by=by, at=at, data=data)
    return letter


@transaction.atomic
def withdraw_letter(
    letter: DangerousGoodsLetter, *, reason: str, by: "User", at: datetime
) -> DangerousGoodsLetter:
    """A letter filed by mistake or taken back by the customer no longer counts; it stays on file."""
    customer = locked(letter.customer)
    row = DangerousGoodsLetter.objects.select_for_update().get(pk=letter.pk)
    if row.withdrawn_at is not None:
        raise RuleBroken(_("This letter has been withdrawn already."), code="withdrawn_already")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = at, by, checked_reason(reason)
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    data = {"letter": row.pk, "reason": row.withdrawn_reason}
    record("customer.letter_withdrawn", customer, by=by, at=at, data=data)
    return row


@transaction.atomic
def open_document(
    document: Contract | DangerousGoodsLetter, *, by: "User", at: datetime
) -> IO[bytes]:
    """The scan's content; who opened it is on record."""
    data = {"document": f"{document._meta.model_name} {document.pk}"}
    record("customer.document_opened", document.customer, by=by, at=at, data=data)
    return document.file.open("rb")


def _attach(document: Contract | DangerousGoodsLetter, scan: CheckedFile, file: IO[bytes]) -> None:
    """Validate everything else first: a refused row must leave no file behind."""
    document.file_name, document.content_type = scan.name, scan.content_type
    document.size, document.sha256 = scan.size, scan.sha256
    document.file.name = f"pending{scan.extension}"
    validate(document, exclude=["file"])
    file.seek(0)
    document.file.save(f"scan{scan.extension}", ContentFile(file.read()), save=False)
    try:
        checked(document)
    except BaseException:
        document.file.storage.delete(document.file.name)
        raise


def _check_days(first: date, last: date | None, *, field: str = "valid_to") -> None:
    if last is not None and last < first:
        raise BadInput(
            _("The last day lies before the first."), code="days_out_of_order", field=field
        )
