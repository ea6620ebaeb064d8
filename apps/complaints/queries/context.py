"""What stands beside the intake form while somebody is on the phone (CMP-1): the shipment, the
customer, what they brought before, whether this is there already, how bad it is, what to say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from apps.accounts.enums import Language
from apps.complaints.enums import CaseClass, Severity
from apps.complaints.models import Case, MajorRule
from apps.complaints.queries.history import Duplicate, history_of, possible_duplicates
from apps.complaints.queries.searching import index_of_phone
from apps.complaints.queries.triage import rules_in_use, severity_for
from apps.complaints.queries.words import filled_texts, guides_for, replies_for
from apps.complaints.rules.contacts import email_index
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.customers.queries import find_customers
from apps.knowledge.rules.markdown import render
from apps.orders.queries.shipment_card import RELATED, ShipmentCard, shipment_card
from apps.sla.models import Clock
from apps.tracking.models import Waybill
from apps.tracking.queries import find_waybills
from apps.tracking.typed import one_number

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN = 6
_MISTYPED = {"number_check_digit", "number_length"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is typed so far, as it was typed."""

    waybill: str = ""
    phone: str = ""
    email: str = ""
    name: str = ""
    customer_id: int | None = None
    case_class: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """Words of the knowledge base with the case's values, to send or to follow; ``{contact}`` is put in
    when they are sent. ``code`` is the article's."""

    title: str
    text: str
    code: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class CaseContext:
    """``waybills`` and ``customers`` are what the text may mean when it is not clear yet."""

    waybill: Waybill | None = None
    shipment: ShipmentCard | None = None
    waybills: list[Waybill] = field(default_factory=list)
    hint: str = ""
    customer: Customer | None = None
    customers: list[Customer] = field(default_factory=list)
    history: list[Case] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    severity: Severity = Severity.ORDINARY
    severity_reason: str = ""
    guides: list[Guide] = field(default_factory=list)


def context_of(asked: Asked, user: "User", at: datetime) -> CaseContext:
    """Only what ``user`` may see; whatever they may not see looks as if it were not there."""
    waybill, waybills, hint = _shipment(asked, user)
    customer, customers = _customer(asked, waybill, user)
    draft = _draft(asked, waybill, customer)
    severity, rule = severity_for(draft, at, rules_in_use().major)
    customer_id = customer.pk if customer else None
    return CaseContext(
        waybill=waybill,
        shipment=shipment_card(waybill, at) if waybill else None,
        waybills=waybills,
        hint=hint,
        customer=customer,
        customers=customers,
        history=list(
            history_of(user, customer_id=customer_id, phone=asked.phone, email=asked.email)[:SHOWN]
        ),
        duplicates=possible_duplicates(
            user,
            at=at,
            customer_id=customer_id,
            waybill_id=waybill.pk if waybill else None,
            phone=asked.phone,
            email=asked.email,
            text=asked.text,
        ),
        severity=severity,
        severity_reason=rule_name(rule),
        guides=ready_guides(draft, user, at),
    )


def ready_replies(case: Case, user: "User", at: datetime) -> list[Guide]:
    """Replies for this case, filled; one query, and one for the case's clocks."""
    rows = replies_for(case, at)
    texts = filled_texts([(row.language, row.reply) for row in rows], case, user)
    return [Guide(row.title, text, row.article.code) for row, text in zip(rows, texts, strict=True)]


def ready_guides(
    case: Case, user: "User", at: datetime, *, clocks: Sequence[Clock] | None = None
) -> list[Guide]:
    """Guides for this case, filled; one query, and one for the case's clocks if the caller does not have
    them."""
    rows = guides_for(case, at)
    texts = filled_texts([(row.language, row.body) for row in rows], case, user, clocks)
    return [
        Guide(row.title, text, row.article.code, render(text))
        for row, text in zip(rows, texts, strict=True)
    ]


def waybills_meant(text: str, user: "User") -> list[Waybill]:
    """What a typed number may mean, the newest first; the whole shipment for exactly one."""
    if not text.strip() or not user.has_perm("tracking.view_waybill"):
        return []
    return find_waybills(text, user=user, limit=SHOWN)


def mistyped(text: str) -> str:
    """What is wrong with a number that is nearly one of ours, in words; "" for anything else."""
    try:
        one_number(text)
    except BadInput as refusal:
        return str(refusal) if refusal.code in _MISTYPED else ""
    return ""


def _shipment(asked: Asked, user: "User") -> tuple[Waybill | None, list[Waybill], str]:
    """By the number; without one, what the phone is sender or consignee of."""
    typed = asked.waybill.strip()
    found = waybills_meant(typed or asked.phone, user)
    if typed and len(found) == 1:
        whole = Waybill.objects.select_related(*RELATED).get(pk=found[0].pk)
        return whole, [], ""
    hint = mistyped(typed) if typed and not found else ""
    return None, found, hint


def _customer(
    asked: Asked, waybill: Waybill | None, user: "User"
) -> tuple[Customer | None, list[Customer]]:
    """The shipment's, the one chosen, else whom name or phone may mean."""
    if not user.has_perm("customers.view_customer"):
        return None, []
    visible = Customer.objects.visible_to(user).select_related("agent", "unit")
    pk = waybill.customer_id if waybill else asked.customer_id
    if pk:
        return visible.filter(pk=pk).first(), []
    for typed in (asked.phone, asked.name):
        found = find_customers(typed, user=user, limit=SHOWN) if len(typed.strip()) > 1 else []
        if found:
            return None, found
    return None, []


def _draft(asked: Asked, waybill: Waybill | None, customer: Customer | None) -> Case:
    """As it would be opened, for the rules to look at."""
    known = asked.case_class in CaseClass.values
    return Case(
        case_class=asked.case_class if known else CaseClass.INQUIRY,
        description=asked.text,
        waybill=waybill,
        customer=customer or (waybill.customer if waybill else None),
        contact_phone_index=index_of_phone(asked.phone),
        contact_email_index=email_index(asked.email) if asked.email.strip() else "",
        language=Language.ENGLISH if _english() else Language.CHINESE,
    )


def _english() -> bool:
    return (get_language() or "").startswith("en")


def rule_name(reason: str) -> str:
    """A severity's reason in the language of the page, where it is the name of a rule."""
    if not reason or not _english():
        return reason
    found = MajorRule.objects.filter(name=reason).values_list("english_name", flat=True).first()
    return found or reason
