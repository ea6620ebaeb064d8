"""Whether whoever has a case's page may claim there, and which rules are explained to them (CMP-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apps.claims.enums import ClaimKind, Cover
from apps.claims.queries.public import is_customers_contact
from apps.claims.queries.rules import rule_for
from apps.complaints.models import Case
from apps.complaints.rules.contacts import phone_index
from apps.customers.models import Customer
from apps.tracking.models import Waybill


@dataclass(frozen=True, slots=True)
class Claimant:
    """``customer`` None: a private person, by the name and phone of the case."""

    waybill: Waybill
    customer: Customer | None


def claimant_of(case: Case) -> Claimant | None:
    """The shipment's customer where a contact of theirs brought the case, else its sender or consignee by the phone
    of the case. None for everybody else: a shipment is not claimed for by whoever knows its number."""
    waybill = case.waybill
    if waybill is None:
        return None
    if is_customers_contact(case, waybill.customer_id):
        return Claimant(waybill, waybill.customer)
    own = case.contact_phone_index
    phones = (waybill.consignee_phone, waybill.sender_phone)
    if own and any(phone and phone_index(phone) == own for phone in phones):
        return Claimant(waybill, None)
    return None


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One text of the rules and the kinds of claim that it is for, so that no text is read twice."""

    kinds: tuple[str, ...]
    clause: str
    text: str
    keys: tuple[int, ...]


def rules_shown(claimant: Claimant, day: date) -> Sequence[RuleShown]:
    """What is in force for this shipment on ``day``, by its text."""
    insured = claimant.waybill.insured_amount is not None
    cover = Cover.INSURED if insured else Cover.UNINSURED
    customer = claimant.customer or claimant.waybill.customer
    found = ((str(kind.label), rule_for(kind, cover, customer, day)) for kind in ClaimKind)
    by_text: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for label, rule in found:
        if rule is not None:
            by_text.setdefault((rule.clause, rule.words), []).append((label, rule.pk))
    return [
        RuleShown(tuple(name for name, _key in of), *text, tuple(key for _name, key in of))
        for text, of in by_text.items()
    ]
