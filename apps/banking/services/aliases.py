"""Payers' aliases: only what a person confirmed, and never of two customers."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.banking.enums import AliasKind
from apps.banking.models import BankLine, PayerAlias
from apps.customers.models import Customer
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def confirm_alias(
    line: BankLine, customer: Customer, *, by: "User", at: datetime
) -> list[PayerAlias]:
    """The line's account number and name are ``customer``'s from now on. A key that is another's
    already becomes ambiguous: it decides nothing any more until somebody drops it."""
    found = []
    shown_number = f"**** {line.party_number[-4:]}"
    for kind, key, shown in (
        (AliasKind.NUMBER, line.party_index, shown_number),
        (AliasKind.NAME, line.name_index, line.shown_name),
    ):
        if not key:
            continue
        row = (
            PayerAlias.objects.select_for_update()
            .filter(kind=kind, key=key, dropped_at=None)
            .first()
        )
        if row is None:
            row = PayerAlias.objects.create(
                kind=kind, key=key, shown=shown[:60], customer=customer, created_by_id=by.pk
            )
            record(
                "payeralias.confirmed",
                row,
                by=by,
                at=at,
                data={"alias": row.shown, "customer": customer.pk},
            )
        elif row.customer_id != customer.pk and not row.is_ambiguous:
            row.is_ambiguous = True
            row.save(update_fields=["is_ambiguous"])
        found.append(row)
    return found


@transaction.atomic
def drop_alias(alias: PayerAlias, *, by: "User", at: datetime) -> PayerAlias:
    row = PayerAlias.objects.select_for_update().get(pk=alias.pk)
    if row.dropped_at is None:
        row.dropped_at, row.dropped_by = at, by
        row.save(update_fields=["dropped_at", "dropped_by"])
        record("payeralias.dropped", row, by=by, at=at, data={"alias": row.shown})
    return row
