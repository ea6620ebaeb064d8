"""Rules and limits are entered with a validity that leaves neither a gap nor an overlap (CMP-6)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims.enums import ClaimKind, ClaimMatter
from apps.claims.models import ClaimLimit, CompensationRule
from apps.claims.models.rules import NOTICE
from apps.claims.queries.rules import in_force
from apps.claims.rules.amounts import amount
from apps.claims.services.moving import RULE, in_words, one_at_a_time
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import day_start
from apps.events.services import record
from apps.sla.enums import FactKind, Metric
from apps.sla.models import Matter
from apps.sla.services import finish_matters, open_matter

OVERLAP = "compensation_rule_one_at_a_time"


@transaction.atomic
def publish_rule(*, values: Mapping[str, Any], by: User, at: datetime) -> CompensationRule:
    """Enter a rule from its first day on; the one before it ends there. One for everybody is published today and
    begins ten days later at the earliest (快递市场管理办法 art. 22); an agreement with a customer may begin at once.

    RuleBroken ``notice_too_short``, ``rule_gap``, ``rule_overlap`` name the field and the day."""
    row = CompensationRule(**values, published_on=localdate(at), at=at, by=by)
    one_at_a_time("rule", f"{row.kind}:{row.cover}:{row.customer_id}")
    if row.customer_id is None and row.since < row.published_on + NOTICE:
        raise RuleBroken(
            _("A published rule begins ten days after today at the earliest: %(day)s.")
            % {"day": row.published_on + NOTICE},
            code="notice_too_short",
            field="since",
            rule=RULE,
        )
    if row.since < row.published_on:
        raise BadInput(_("A rule does not begin in the past."), code="past", field="since")
    before = CompensationRule.objects.filter(
        kind=row.kind, cover=row.cover, customer=row.customer_id
    )
    _end_before(before, row.since, row.until, by=by, at=at)
    _save(row, OVERLAP)
    _review(row, by=by, at=at)
    data = {"kind": row.kind, "cover": row.cover, "since": row.since.isoformat()}
    record("compensationrule.published", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def set_limit(
    *,
    role: Role,
    kind: ClaimKind,
    per_claim: Decimal,
    per_day: Decimal,
    on_the_spot: Decimal,
    since: date,
    review_on: date | None = None,
    by: User,
    at: datetime,
) -> ClaimLimit:
    """From ``since`` on, today at the earliest; the one before it ends there."""
    row = ClaimLimit(
        role=role,
        kind=kind,
        per_claim=amount(per_claim, "per_claim"),
        per_day=amount(per_day, "per_day"),
        on_the_spot=amount(on_the_spot, "on_the_spot", zero=True),
        since=since,
        review_on=review_on,
        at=at,
        by=by,
    )
    one_at_a_time("limits", f"{role}:{kind}")
    if since < localdate(at):
        raise BadInput(_("A limit does not begin in the past."), code="past", field="since")
    if row.per_day < row.per_claim or row.on_the_spot > row.per_claim:
        raise BadInput(
            _(
                "The day's sum is at least the limit of one claim, which is at least what is paid on the spot."
            ),
            code="bad_limits",
            field="per_day" if row.per_day < row.per_claim else "on_the_spot",
        )
    _end_before(ClaimLimit.objects.filter(role=role, kind=kind), since, None, by=by, at=at)
    _save(row, "claim_limit_one_at_a_time")
    _review(row, by=by, at=at)
    data = {"kind": kind, "role": role, "per_claim": str(row.per_claim)}
    data |= {"per_day": str(row.per_day), "since": since.isoformat()}
    record("claimlimit.set", row, by=by, at=at, data=data)
    return row


def _review(row: "CompensationRule | ClaimLimit", *, by: User, at: datetime) -> None:
    """Whoever entered it looks at it again by that day; what replaces it ends the clock."""
    if row.review_on is not None:
        open_matter(
            kind=ClaimMatter.CLAIM_REVIEW,
            subject=row,
            title=str(row)[:120],
            owner=row.by,
            dues={Metric.ACTION: day_start(row.review_on)},
            by=by,
            at=at,
        )


@transaction.atomic
def open_reviews(*, by: User, at: datetime) -> int:
    """Rules and limits in force that have a review date and no clock yet, as those that an installation begins
    with: theirs starts. Nobody entered them, so that the clock goes up to the department manager. Says how many."""
    opened = 0
    for model in (CompensationRule, ClaimLimit):
        known = Matter.objects.filter(
            kind=ClaimMatter.CLAIM_REVIEW, subject_type=model._meta.label_lower
        ).values_list("subject_id", flat=True)
        timed = [int(pk) for pk in known]
        rows: models.QuerySet[Any] = model._default_manager.filter(in_force(localdate(at)))
        for row in rows.filter(review_on__isnull=False).exclude(pk__in=timed).select_related("by"):
            _review(row, by=by, at=at)
            opened += 1
    return opened


def _end_before(
    rows: "models.QuerySet[Any]", since: date, until: date | None, *, by: User, at: datetime
) -> None:
    """The last one ends where the new one begins; nothing else gives way."""
    last = rows.order_by("-since").select_for_update().first()
    if last is None:
        return
    if last.since >= since:
        raise RuleBroken(
            _("There is one from %(day)s on already: validities may not overlap.")
            % {"day": last.since},
            code="rule_overlap",
            field="since",
            rule=RULE,
        )
    if last.until is not None and last.until < since:
        raise RuleBroken(
            _("From %(from)s to %(to)s nothing would be in force: begin on %(from)s.")
            % {"from": last.until, "to": since},
            code="rule_gap",
            field="since",
            rule=RULE,
        )
    if last.until is None or last.until > since:
        type(last).objects.filter(pk=last.pk).update(until=since)
    finish_matters([last], kind=FactKind.DONE, by=by, at=at)


def _save(row: models.Model, overlap: str) -> None:
    try:
        row.full_clean(exclude=["by"], validate_constraints=False)
        for constraint in row._meta.constraints:
            # Overlaps are the database's: it sees what others write at the same time.
            if isinstance(constraint, models.CheckConstraint):
                constraint.validate(type(row), row)
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        field, messages = next(iter(named.items()))
        raise BadInput(
            messages[0], code="bad_value", field=None if field == "__all__" else field
        ) from error
    words = (_("Validities may not overlap."), "rule_overlap")
    with in_words(**{overlap: words}):
        row.save()
