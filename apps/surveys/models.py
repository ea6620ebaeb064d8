"""Satisfaction surveys on a schedule: a few contacts and consignees a day, nobody twice in a quarter (SOP)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.core.crypto import EncryptedTextField
from apps.surveys.enums import SurveyAudience, SurveyState

USER = settings.AUTH_USER_MODEL
MOST_PER_DAY = 5_000


class SurveyPlan(models.Model):
    """How many of an audience are asked each day, and from which hour. ``seed`` decides who: the same
    seed, day and candidates give the same sample."""

    audience = models.CharField(
        _("who is asked"), max_length=10, choices=SurveyAudience, unique=True
    )
    is_active = models.BooleanField(_("in use"), default=True)
    per_day = models.PositiveSmallIntegerField(_("at most a day"))
    from_hour = models.PositiveSmallIntegerField(_("from this hour"), default=10)
    seed = models.CharField(_("seed of the sample"), max_length=40)
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)
    changed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("survey plan")
        verbose_name_plural = _("survey plans")
        ordering = ["audience"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="surveyplan_audience_known", condition=Q(audience__in=SurveyAudience.values)
            ),
            models.CheckConstraint(
                name="surveyplan_within", condition=Q(per_day__lte=MOST_PER_DAY, from_hour__lte=23)
            ),
            models.CheckConstraint(name="surveyplan_seeded", condition=~Q(seed="")),
            models.CheckConstraint(
                name="surveyplan_changed_by_someone",
                condition=Q(changed_at__isnull=True, changed_by__isnull=True)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(SurveyAudience(self.audience).label)


class SurveyDraw(models.Model):
    """The sample of one audience on one local day; there is one, however often it is drawn."""

    audience = models.CharField(_("who is asked"), max_length=10, choices=SurveyAudience)
    day = models.DateField(_("day"))
    seed = models.CharField(_("seed of the sample"), max_length=40)
    per_day = models.PositiveSmallIntegerField(_("at most a day"))
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("survey sample")
        verbose_name_plural = _("survey samples")
        ordering = ["-day", "audience"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["audience", "day"], name="surveydraw_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.day}"


class SurveyAsk(models.Model):
    """One person asked. Who that is stands with the shipment or the contact; here are the blind indexes
    of phone and e-mail, by which nobody is asked twice in a quarter."""

    draw = models.ForeignKey(SurveyDraw, models.PROTECT, related_name="asks")
    audience = models.CharField(_("who is asked"), max_length=10, choices=SurveyAudience)
    quarter = models.DateField(_("quarter"))  # its first day
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("customer"),
    )
    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="+", null=True, verbose_name=_("waybill")
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("contact"),
    )
    phone_index = models.CharField(max_length=32, blank=True, editable=False)
    email_index = models.CharField(max_length=32, blank=True, editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(
        _("state"), max_length=10, choices=SurveyState, default=SurveyState.CHOSEN
    )
    score = models.PositiveSmallIntegerField(_("satisfaction, 1–5"), null=True)
    words = EncryptedTextField(_("in their words"), blank=True, default="")
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("satisfaction surveys")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["asked_at", "id"], name="surveyask_by_asking"),
            models.Index(
                fields=["answered_at", "id"],
                name="surveyask_by_answer",
                condition=Q(answered_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index", "quarter"],
                name="surveyask_phone_once_a_quarter",
                condition=~Q(phone_index=""),
            ),
            models.UniqueConstraint(
                fields=["email_index", "quarter"],
                name="surveyask_email_once_a_quarter",
                condition=~Q(email_index=""),
            ),
            models.CheckConstraint(
                name="surveyask_is_somebody",
                condition=(~Q(phone_index="") | ~Q(email_index=""))
                & (
                    Q(
                        audience=SurveyAudience.CONSIGNEE,
                        waybill__isnull=False,
                        contact__isnull=True,
                    )
                    | Q(
                        audience=SurveyAudience.CONTACT, waybill__isnull=True, contact__isnull=False
                    )
                ),
            ),
            models.CheckConstraint(
                name="surveyask_first_day_of_a_quarter",
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
            ),
            models.CheckConstraint(
                name="surveyask_answer_complete",
                condition=Q(
                    state=SurveyState.ANSWERED,
                    score__gte=1,
                    score__lte=5,
                    answered_at__gte=F("asked_at"),
                )
                | Q(
                    state__in=[s for s in SurveyState.values if s != SurveyState.ANSWERED],
                    score__isnull=True,
                    answered_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.score or '—'}"
