"""What a claim comes to, who decided it, and within which limit (CMP-6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.claims.enums import ClaimKind, Verdict
from apps.claims.models.claims import Claim
from apps.claims.models.rules import CompensationRule, validity
from apps.core.models import AppendOnly, MoneyField

USER = settings.AUTH_USER_MODEL


class ClaimLimit(models.Model):
    """Up to which amount a role decides claims of a kind: each one, and together those of one person on one local
    day; and what it pays on the spot. From ``since`` until ``until`` (the end not included); only the end is
    entered later."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=ClaimKind.choices)
    per_claim = MoneyField(_("per claim"))
    per_day = MoneyField(_("per person and day"))
    on_the_spot = MoneyField(_("on the spot up to"), default=0)
    since = models.DateField(_("valid from"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("to be reviewed by"), null=True, blank=True)
    at = models.DateTimeField(_("entered"))
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("limit of claims")
        verbose_name_plural = _("limits of claims")
        ordering = ["kind", "per_claim", "-since"]
        default_permissions = ("view", "add")
        constraints = [
            validity("claim_limit_one_at_a_time", "role", "kind"),
            models.CheckConstraint(
                name="claim_limit_known",
                condition=Q(role__in=Role.values, kind__in=ClaimKind.values),
            ),
            models.CheckConstraint(
                name="claim_limit_amounts",
                condition=Q(per_claim__gt=0, per_day__gte=F("per_claim"))
                & Q(on_the_spot__gte=0, on_the_spot__lte=F("per_claim")),
            ),
            models.CheckConstraint(
                name="claim_limit_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gt=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.get_kind_display()} · {self.per_claim}"


class Assessment(AppendOnly):
    """What a claim comes to by a rule: ``inputs`` it was computed from, ``steps`` as codes with their numbers
    (read in either language), ``computed`` and, where somebody set another amount with a reason, ``amount``.
    ``ceiling`` is what no reason lifts: insured amount and proved loss."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="assessments", verbose_name=_("claim")
    )
    n = models.PositiveSmallIntegerField(_("number"))
    rule = models.ForeignKey(
        CompensationRule, models.PROTECT, related_name="+", verbose_name=_("rule")
    )
    inputs = models.JSONField(_("computed from"), default=dict)
    steps = models.JSONField(_("steps"), default=list)
    computed = MoneyField(_("computed"))
    amount = MoneyField(_("amount"))
    ceiling = MoneyField(_("at most"))
    override_reason = models.CharField(_("why another amount"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("assessed by"))

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["claim", "n"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="assessment_number", fields=["claim", "n"]),
            models.CheckConstraint(
                name="assessment_within_ceiling",
                condition=Q(amount__gte=0, computed__gte=0, amount__lte=F("ceiling")),
            ),
            models.CheckConstraint(
                name="assessment_overridden_with_reason",
                condition=Q(amount=F("computed"), override_reason="")
                | (~Q(amount=F("computed")) & ~Q(override_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.n} · {self.amount}"


class Decision(AppendOnly):
    """What somebody decided about an assessment, as which role. Triggers keep an approval within the limit of
    that role, per claim and per person and ``day`` (local), and by another person than the assessor unless it is
    within what the role pays on the spot."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="decisions", verbose_name=_("claim")
    )
    assessment = models.ForeignKey(
        Assessment,
        models.PROTECT,
        null=True,
        related_name="decisions",
        verbose_name=_("assessment"),
    )
    verdict = models.CharField(_("Verdict"), max_length=8, choices=Verdict.choices)
    amount = MoneyField(_("amount"), default=0)
    limit = models.ForeignKey(
        ClaimLimit, models.PROTECT, null=True, related_name="+", verbose_name=_("limit")
    )
    role = models.CharField(_("as"), max_length=30, choices=Role.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        USER, models.PROTECT, related_name="claim_decisions", verbose_name=_("decision by")
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["claim", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["by", "day"], name="decision_by_person_and_day")]
        constraints = [
            models.UniqueConstraint(
                name="decision_once",
                fields=["assessment"],
                condition=Q(assessment__isnull=False),
            ),
            models.CheckConstraint(name="decision_known", condition=Q(verdict__in=Verdict.values)),
            models.CheckConstraint(
                name="decision_approves_an_assessment",
                condition=Q(
                    verdict=Verdict.APPROVE,
                    assessment__isnull=False,
                    limit__isnull=False,
                    amount__gt=0,
                )
                | (~Q(verdict=Verdict.APPROVE) & Q(amount=0) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.get_verdict_display()} · {self.amount}"
