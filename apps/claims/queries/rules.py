"""Which rule and which limits hold on a day; who may decide a claim (CMP-6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.utils.timezone import localdate

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries.duty import Roster, people_of
from apps.claims.enums import ClaimKind, Cover, Verdict
from apps.claims.models import Claim, ClaimLimit, CompensationRule, Decision
from apps.claims.queries.persons import names_by_person
from apps.claims.rules.assessing import Terms
from apps.customers.models import Customer
from apps.training.enums import Area
from apps.training.queries import who_may_work

# A claim that nobody below them may decide is large: leaders are told at once.
LEADERS = (Role.DEPARTMENT_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER)


def in_force(day: date) -> Q:
    return Q(since__lte=day) & (Q(until=None) | Q(until__gt=day))


def rule_for(
    kind: ClaimKind | str, cover: Cover | str, customer: Customer | None, day: date
) -> CompensationRule | None:
    """The customer's own rule of that day, else the one for everybody."""
    rows = CompensationRule.objects.filter(in_force(day), kind=kind, cover=cover)
    own = rows.filter(Q(customer=None) | Q(customer=customer))
    return own.order_by(F("customer_id").asc(nulls_last=True)).first()


def terms_of(rule: CompensationRule) -> Terms:
    return Terms(
        formula=rule.formula,  # type: ignore[arg-type]  # a choice's own value
        share=rule.share,
        deductible=rule.deductible,
        cap=rule.cap,
        proportional=rule.is_proportional,
        fee_per_day=rule.fee_per_day,
        limit=rule.limit,
        limit_explained_on=rule.limit_explained_on,
    )


def limits_on(day: date, kind: ClaimKind | str) -> "QuerySet[ClaimLimit]":
    """The limits of that day, the lowest first."""
    return ClaimLimit.objects.filter(in_force(day), kind=kind).order_by("per_claim", "pk")


def limit_of(user: User, kind: ClaimKind | str, day: date) -> ClaimLimit | None:
    """The highest one of the roles that ``user`` holds now."""
    roles = [str(role) for role, _path in user.current_roles]
    return limits_on(day, kind).filter(role__in=roles).order_by("per_claim", "per_day").last()


def approved_by(user_ids: Iterable[int], day: date) -> dict[int, Decimal]:
    """What each of them has approved on that local day, under whichever of their sign-in names."""
    names = names_by_person(user_ids)
    everyone = {one for own in names.values() for one in own}
    rows = Decision.objects.filter(by__in=everyone, day=day, verdict=Verdict.APPROVE)
    sums = dict(rows.values_list("by").annotate(sum=Sum("amount")).order_by())
    zero = Decimal(0)
    found = {pk: sum((sums.get(one, zero) for one in own), zero) for pk, own in names.items()}
    return {pk: spent for pk, spent in found.items() if spent}


def is_large(kind: ClaimKind | str, amount: Decimal, day: date) -> bool:
    """Nobody below the department manager may decide it: what is large is said by the limits alone."""
    below = limits_on(day, kind).exclude(role__in=LEADERS).filter(per_claim__gte=amount)
    return not below.exists()


@dataclass(frozen=True, slots=True)
class MayDecide:
    """Somebody who may decide a claim now, by which limit, and what is left of their day in yuan."""

    user: User
    limit: ClaimLimit
    left: Decimal


def who_may_decide(claim: Claim, at: datetime, *, amount: Decimal | None = None) -> list[MayDecide]:
    """The lowest post up the chain whose limit takes the amount, and who of it may decide the claim at ``at``:
    whoever is on duty there, else the nearest holders, each replaced by their stand-in while away; without the
    assessor under any sign-in name, and without those whose day is used up. The only answer to "who decides this?"; empty: nobody,
    and the limits have to be looked at."""
    day = localdate(at)
    assessment = claim.assessments.order_by("-n").first()
    wanted = amount if amount is not None else assessment.amount if assessment else claim.claimed
    assessors = names_by_person([assessment.by_id])[assessment.by_id] if assessment else set()
    limits = list(limits_on(day, claim.kind).filter(per_claim__gte=wanted))
    roster = Roster([one.role for one in limits], at) if limits else None
    for limit in limits:
        if roster is None:
            break
        ids = list(dict.fromkeys([
            *roster.people(limit.role, claim.unit.path), *roster.holders([limit.role], claim.unit.path),
        ]))  # fmt: skip
        qualified = who_may_work(ids, Area.CLAIMS, at)
        spent = approved_by(ids, day)
        able = {
            pk: limit.per_day - spent.get(pk, Decimal(0))
            for pk in ids
            if pk in qualified
            and pk not in assessors
            and limit.per_day - spent.get(pk, Decimal(0)) >= wanted
        }
        if able:
            return [MayDecide(user, limit, able[user.pk]) for user in people_of(list(able))]
    return []
