"""Lists of claims for staff, and what one's page shows (CMP-6)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from apps.accounts.models import User
from apps.claims.enums import ClaimState
from apps.claims.models import Assessment, Claim, CompensationRule, Recovery
from apps.claims.queries.persons import names_of
from apps.claims.queries.rules import in_force, limits_on
from apps.complaints.models import Case, CaseFile
from apps.core.errors import BadInput
from apps.core.money import money
from apps.customers.models import Customer
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

S = ClaimState


def to_decide(user: User, at: datetime) -> "QuerySet[Claim]":
    """Assessed claims that this user may decide now by their limits of today: within them per claim, and not their
    own assessment unless it is within what they pay on the spot. The day's sum is looked at when they decide."""
    roles = [str(role) for role, _path in user.current_roles]
    newest = Assessment.objects.filter(claim=OuterRef("pk")).order_by("-n")
    rows = Claim.objects.visible_to(user).filter(state=S.ASSESSED)
    rows = rows.annotate(
        comes_to=Subquery(newest.values("amount")[:1]), assessor=Subquery(newest.values("by")[:1])
    )
    mine, names = Q(pk__in=[]), names_of(user)
    for kind in ("loss", "damage", "shortage", "delay"):
        limit = limits_on(localdate(at), kind).filter(role__in=roles).last()
        if limit is not None:
            own = ~Q(assessor__in=names) | Q(comes_to__lte=limit.on_the_spot)
            mine |= Q(kind=kind, comes_to__lte=limit.per_claim) & own
    return rows.filter(mine)


def claim_list(user: User, *, view: str, at: datetime, text: str = "") -> "QuerySet[Claim]":
    """By the usual views; ``text`` is a claim's or a waybill's number."""
    if view == "decide":
        rows = to_decide(user, at)
    else:
        rows = Claim.objects.visible_to(user)
        states: dict[str, tuple[ClaimState, ...]] = {
            "assess": (S.DRAFT, S.FILED),
            "customer": (S.APPROVED,),
            "pay": (S.AGREED,),
        }
        if view == "open":
            rows = rows.live()
        elif view in states:
            rows = rows.filter(state__in=states[view])
    typed = text.strip().upper()
    if typed:
        rows = rows.filter(Q(number=typed) | Q(waybill__number=typed))
    return rows.select_related("waybill", "customer", "unit", "owner")


def find_waybill(text: str, user: User) -> Waybill | None:
    """A shipment that ``user`` may see by its number; None for anything else."""
    try:
        number = parse_waybill_number(text)
    except BadInput:
        return None
    rows = Waybill.objects.visible_to(user).select_related("customer__unit")
    found: Waybill | None = rows.filter(number=number).first()
    return found


def claims_of_case(case: Case) -> "QuerySet[Claim]":
    return Claim.objects.filter(case=case).select_related("waybill").order_by("-pk")


MOST_PICTURES = 24


def pictures_of(case: Case | None) -> "QuerySet[CaseFile] | Sequence[CaseFile]":
    """The pictures of the claim's case and of those merged into it; they stay there and are not copied."""
    if case is None:
        return ()
    theirs = Q(entry__case=case.pk) | Q(entry__case__merged_into=case.pk)
    rows = CaseFile.objects.filter(theirs, content_type__startswith="image/")
    return rows.select_related("entry").order_by("pk")[:MOST_PICTURES]


def recovery_list(user: User, *, view: str) -> "QuerySet[Recovery]":
    rows = Recovery.objects.visible_to(user)
    if view in ("asked", "agreed", "received"):
        rows = rows.filter(state=view)
    related = ("claim__waybill", "carrier", "unit", "person")
    return rows.select_related(*related)


def rules_for_customers(customers: "QuerySet[Customer]", day: date) -> "QuerySet[CompensationRule]":
    """In force on ``day``: those for everybody and those agreed with one of ``customers``."""
    rows = CompensationRule.objects.filter(in_force(day)).select_related("customer")
    mine = rows.filter(Q(customer=None) | Q(customer__in=customers))
    return mine.order_by("kind", "cover", F("customer_id").asc(nulls_first=True))


def left_to_pay(claim: Claim, taken: Decimal) -> tuple[Decimal, Decimal]:
    """What is left to be planned, and what was paid too much; one of them is zero."""
    left = money((claim.approved or Decimal(0)) - taken)
    zero = Decimal(0)
    counts = claim.approved is not None or claim.state == S.REFUSED
    return max(left, zero), (max(-left, zero) if counts else zero)
