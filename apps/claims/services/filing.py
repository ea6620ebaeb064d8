"""A claim comes: drafted once by itself, filed by whoever asks; papers; and how it ends without money (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.enums import Role, UserKind
from apps.accounts.models import User
from apps.accounts.queries.duty import people_for
from apps.backoffice.services import take_number
from apps.claims.enums import ClaimKind, ClaimState, Cover
from apps.claims.inputs import NewClaim, NewItem
from apps.claims.models import Claim, ClaimItem
from apps.claims.queries.rules import is_large, rule_for
from apps.claims.rules.amounts import amount, check_items
from apps.claims.services import clocks
from apps.claims.services.moving import (
    RULE,
    about,
    in_words,
    lock_claim,
    move,
    needed,
    one_at_a_time,
)
from apps.claims.services.voiding import check_qualified, hold_of
from apps.complaints.rules.contacts import phone_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import normalise_phone
from apps.customers.models import Customer
from apps.events.services import record
from apps.quality.models import ExceptionReport
from apps.tracking.models import Waybill

S = ClaimState
# Who is told of a large claim at once, besides whoever decides it (SOP 3.2.3).
NOTIFIED = (Role.FREIGHT_CLERK, Role.DISPATCHER, Role.DEPARTMENT_MANAGER, Role.QC_MANAGER)


@transaction.atomic
def file_claim(*, new: NewClaim, by: User, at: datetime) -> Claim:
    """Take a claim down, with the rules explained and the shipment's values frozen. The same ``source_key`` is the
    same claim. A draft of the shipment and kind becomes this claim.

    BadInput names the field or the line; RuleBroken ``claim_living`` while one of this kind is under way."""
    check_qualified(by, at)
    waybill = _check_shipment(new)
    one_at_a_time("waybill", waybill.pk)
    if new.source_key:
        known = Claim.objects.filter(source_key=new.source_key).first()
        if known is not None:
            return known
    items = check_items(new.items)
    living = Claim.objects.live().filter(waybill=waybill, kind=new.kind).first()
    if living is not None and living.state != S.DRAFT:
        raise RuleBroken(
            _("%(number)s of this kind is under way for this shipment: go on there.")
            % {"number": living.number},
            code="claim_living",
            field="waybill",
            rule=RULE,
        )
    values = _frozen(new, waybill, at) | _claimant(new)
    values |= {"claimed": sum((one.claimed for one in items), Decimal(0)), "filed_at": at}
    declared = values["declared_value"]
    values["is_above_declared"] = declared is not None and values["claimed"] > declared
    values["is_large"] = is_large(new.kind, values["claimed"], localdate(at))
    values |= {"what": new.what[:300], "case": new.case, "source_key": new.source_key}
    claim = _draft_of(living, waybill, new.kind, values, by=by, at=at)
    _write_items(claim, items)
    move(claim, S.FILED, **values)
    clocks.start(claim, by=by, at=at)
    hold_of(claim, by=by, at=at)
    data = about(claim, kind=claim.kind, claimed=str(claim.claimed), shown=claim.shown_how)
    record("claim.filed", claim, by=by, at=at, data=data | {"waybill": waybill.pk})
    if claim.is_large:
        notify_leaders(claim, by=by, at=at)
    return claim


@transaction.atomic
def draft_lost(*, exception: ExceptionReport, by: User, at: datetime) -> Claim | None:
    """“Lost” was decided: a claim is drafted, once, where the value of the shipment is on file. None: it is not, or
    there is one already."""
    waybill = exception.waybill
    value = waybill.insured_amount or waybill.declared_value if waybill is not None else None
    if waybill is None or not value:
        return None
    one_at_a_time("waybill", waybill.pk)
    key = f"exception:{exception.pk}"
    there = Claim.objects.filter(waybill=waybill, kind=ClaimKind.LOSS)
    if there.exists() or Claim.objects.filter(source_key=key).exists():
        return None
    claim = Claim.objects.create(
        number=take_number(Claim.PREFIX, localdate(at)),
        kind=ClaimKind.LOSS,
        waybill=waybill,
        exception=exception,
        case=exception.case,
        customer=waybill.customer,
        unit=waybill.customer.unit,
        owner=exception.owner,
        claimed=value,
        source_key=key,
        created_by=by,
    )
    _write_items(claim, [NewItem(waybill.goods_name or str(waybill.number), value, waybill.pieces)])
    data = about(claim, kind=claim.kind, claimed=str(value))
    record("claim.drafted", claim, by=by, at=at, data=data)
    return claim


def _check_shipment(new: NewClaim) -> Waybill:
    if new.waybill is None:
        raise BadInput(
            _("Say which shipment it is about: a claim needs a waybill."),
            code="waybill_missing",
            field="waybill",
        )
    if new.customer is not None and new.customer.pk != new.waybill.customer_id:
        raise BadInput(
            _("%(number)s is no shipment of this customer.") % {"number": new.waybill.number},
            code="other_customer",
            field="waybill",
        )
    if new.case is not None and new.case.waybill_id not in (None, new.waybill.pk):
        raise BadInput(
            _("The case is about another shipment."), code="other_shipment", field="case"
        )
    return new.waybill


def _claimant(new: NewClaim) -> dict[str, Any]:
    if new.customer is not None:
        return {"customer": new.customer}
    if not new.party_phone.strip() or not new.party_name.strip():
        raise BadInput(
            _("Say who claims: the customer, or a name and a phone number."),
            code="claimant_missing",
            field="party_name",
        )
    name = needed(new.party_name, "party_name", most=60)
    phone = _phone(new.party_phone)
    return {
        "party_name": name,
        "party_phone": phone,
        "party_phone_index": phone_index(phone),
        "customer": None,
    }


def _phone(text: str) -> str:
    try:
        return normalise_phone(text)
    except BadInput as refusal:
        refusal.field = "party_phone"
        raise


def _frozen(new: NewClaim, waybill: Waybill, at: datetime) -> dict[str, Any]:
    """The shipment's values now, and the text of the rules that was explained."""
    cover = Cover.UNINSURED if waybill.insured_amount is None else Cover.INSURED
    rule = rule_for(new.kind, cover, new.customer or waybill.customer, localdate(at))
    if rule is None:
        raise RuleBroken(
            _("No compensation rule is in force for this today: enter it first."),
            code="no_rule",
            field="kind",
            rule=RULE,
        )
    if new.shown.at > at:
        raise BadInput(
            _("The rules were explained at a time that is past."), code="future", field="shown_at"
        )
    fee = amount(new.fee, "fee", zero=True) if new.fee is not None else _fee_of(waybill)
    return {
        "insured_amount": waybill.insured_amount,
        "declared_value": waybill.declared_value,
        "fee": fee,
        "days_late": new.days_late if new.days_late is not None else _days_late(waybill, at),
        "rule": rule,
        "shown_at": new.shown.at,
        "shown_how": str(new.shown.how),
        "shown_to": needed(new.shown.to, "shown_to", most=60),
        "exception": new.exception,
    }


def _fee_of(waybill: Waybill) -> Decimal | None:
    """As its order says, which is what the customer was told."""
    link = getattr(waybill, "work_order_link", None)
    fee: Decimal | None = link.work_order.estimated_fee if link is not None else None
    return fee


def _days_late(waybill: Waybill, at: datetime) -> int | None:
    """Begun days after the day that was promised; None where nothing was promised."""
    if waybill.promised_at is None:
        return None
    arrived = waybill.delivered_at or at
    return max(0, (localdate(arrived) - localdate(waybill.promised_at)).days)


def _draft_of(
    living: Claim | None,
    waybill: Waybill,
    kind: str,
    values: dict[str, Any],
    *,
    by: User,
    at: datetime,
) -> Claim:
    """The draft that is there, or one made now."""
    if living is not None:
        values["exception"] = values["exception"] or living.exception
        values["source_key"] = values["source_key"] or living.source_key
        return lock_claim(living.pk)
    customer = values["customer"]
    unit = customer.unit if isinstance(customer, Customer) else waybill.customer.unit
    with in_words(
        claim_one_living=(
            _("A claim of this kind is under way for this shipment: go on there."),
            "claim_living",
        )
    ):
        return Claim.objects.create(
            number=take_number(Claim.PREFIX, localdate(at)),
            kind=kind,
            waybill=waybill,
            customer=customer,
            party_phone_index=values.get("party_phone_index", ""),
            unit=unit,
            owner=by if by.kind == UserKind.PERSON else None,
            claimed=values["claimed"],
            created_by=by,
        )


def _write_items(claim: Claim, items: Sequence[NewItem]) -> None:
    claim.items.all().delete()
    ClaimItem.objects.bulk_create(
        [
            ClaimItem(
                claim=claim,
                place=place,
                what=one.what,
                quantity=one.quantity,
                claimed=one.claimed,
                proved=one.proved,
            )
            for place, one in enumerate(items, start=1)
        ]
    )


def notify_leaders(claim: Claim, *, by: User, at: datetime) -> None:
    """Freight centre, dispatch, department manager and QC hear of a large claim at once."""
    people = [user.pk for user in people_for(NOTIFIED, claim.unit.path, at)]
    data = about(claim, kind=claim.kind, claimed=str(claim.claimed), people=people)
    record("claim.large", claim, by=by, at=at, data=data)
