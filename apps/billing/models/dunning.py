"""Asking for what is overdue: levels as data, letters and promises as they were (BIL-6)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.models.fields import amount
from apps.billing.models.statements import Statement
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
MOST_LEVELS = 9


class DunningPlan(models.Model):
    """Levels that follow one another. The usual plan is for every payer whose terms name none; a plan
    without levels asks nobody."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_usual = models.BooleanField(_("for all whose terms name none"), default=False)

    class Meta:
        verbose_name = _("dunning plan")
        verbose_name_plural = _("dunning plans")
        ordering = ["-is_usual", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_usual"], name="dunning_plan_one_usual", condition=Q(is_usual=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DunningLevel(models.Model):
    """A letter: how many days after the due day it goes at the earliest, and how many days it gives to
    pay. ``title`` and ``words`` stand on the letter, which is Chinese."""

    plan = models.ForeignKey(
        DunningPlan, models.CASCADE, related_name="levels", verbose_name=_("dunning plan")
    )
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(MOST_LEVELS)]
    )
    after_days = models.PositiveSmallIntegerField(
        _("days after the due day"), validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    pay_within_days = models.PositiveSmallIntegerField(
        _("days to pay"), validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    title = models.CharField(_("title of the letter"), max_length=40)
    words = models.CharField(_("words of the letter"), max_length=600)

    class Meta:
        verbose_name = _("dunning level")
        verbose_name_plural = _("dunning levels")
        ordering = ["plan", "level"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "level"], name="dunning_level_once"),
            models.UniqueConstraint(fields=["plan", "after_days"], name="dunning_level_other_day"),
            models.CheckConstraint(
                name="dunning_level_sane",
                condition=Q(
                    level__range=(1, MOST_LEVELS),
                    after_days__range=(1, 365),
                    pay_within_days__range=(1, 60),
                ),
            ),
            models.CheckConstraint(
                name="dunning_level_says_something", condition=~Q(title="") & ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.title}"


class DunningNoticeQuerySet(models.QuerySet["DunningNotice"]):
    def visible_to(self, user: "User") -> Self:
        """Those to payers this user may see."""
        return self.filter(bill_to__in=Customer.objects.visible_to(user))


class DunningNotice(AppendOnly):
    """A letter that was sent, with its words. ``level`` is the highest that one of its statements comes to
    with it, ``total`` the sum of its items: a trigger compares both when the transaction ends."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    bill_to = models.ForeignKey(
        Customer, models.PROTECT, related_name="dunning_notices", verbose_name=_("payer")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    addressee = models.CharField(_("addressee"), max_length=120)
    title = models.CharField(_("title of the letter"), max_length=40)
    words = models.CharField(_("words of the letter"), max_length=600)
    as_of = models.DateField(_("as of"))
    pay_by = models.DateField(_("to be paid by"))
    total = amount(_("asked for"))
    at = models.DateTimeField(_("sent"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("sent by"))

    objects = DunningNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dunning letter")
        verbose_name_plural = _("dunning letters")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("send_dunning", _("Can send dunning letters"))]
        constraints = [
            models.UniqueConstraint(
                fields=["bill_to", "level", "as_of"], name="dunning_once_a_day_and_level"
            ),
            models.CheckConstraint(
                name="dunning_level_known", condition=Q(level__range=(1, MOST_LEVELS))
            ),
            models.CheckConstraint(name="dunning_above_zero", condition=Q(total__gt=0)),
            models.CheckConstraint(name="dunning_gives_time", condition=Q(pay_by__gt=F("as_of"))),
        ]

    def __str__(self) -> str:
        return self.number


class DunningItem(AppendOnly):
    """A statement on a letter. ``level`` is the one it comes to with this letter, at most once each; empty
    where it is only named. ``disputed`` and ``covered`` (by money in advance) are left out of ``asked``."""

    notice = models.ForeignKey(DunningNotice, models.PROTECT, related_name="items")
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="dunning_items", verbose_name=_("statement")
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    due_on = models.DateField(_("due on"))
    owed = amount(_("owed"))
    disputed = amount(_("disputed"))
    covered = amount(_("paid in advance"))
    asked = amount(_("asked for"))

    class Meta:
        verbose_name = _("statement on a dunning letter")
        verbose_name_plural = _("statements on dunning letters")
        default_permissions = ()
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "level"],
                name="dunning_level_once_per_statement",
                condition=Q(level__isnull=False),
            ),
            models.UniqueConstraint(fields=["notice", "statement"], name="dunning_item_once"),
            models.CheckConstraint(
                name="dunning_item_adds_up",
                condition=Q(
                    asked=F("owed") - F("disputed") - F("covered"),
                    asked__gt=0,
                    disputed__gte=0,
                    covered__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.asked}"


class DunningPaper(AppendOnly):
    """The hash of the letter as the payer got it; made just after it was sent."""

    notice = models.OneToOneField(DunningNotice, models.PROTECT, related_name="paper")
    sha256 = models.CharField(_("SHA-256 of the PDF"), max_length=64)

    class Meta:
        verbose_name = _("paper of a dunning letter")
        verbose_name_plural = _("papers of dunning letters")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="dunning_paper_hashed", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class PaymentPromise(AppendOnly):
    """A payer said when an overdue statement will be paid; until that day no letter asks for it. The
    newest counts."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="promises", verbose_name=_("statement")
    )
    pay_on = models.DateField(_("pays on"))
    given_on = models.DateField(_("said on"))
    given_by = EncryptedTextField(_("who said so"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("noted"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("noted by"))

    class Meta:
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        default_permissions = ()
        permissions = [("note_promise", _("Can note when a payer promises to pay"))]
        ordering = ["-id"]
        indexes = [models.Index(fields=["statement", "-id"], name="promise_newest")]
        constraints = [
            models.CheckConstraint(name="promise_to_come", condition=Q(pay_on__gte=F("given_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.pay_on:%Y-%m-%d}"


class OverduePayerQuerySet(models.QuerySet["OverduePayer"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(pk__in=Customer.objects.visible_to(user))


class OverduePayer(Customer):
    """A payer as dunning looks at it; who is overdue says ``queries.dunning``."""

    objects = OverduePayerQuerySet.as_manager()  # type: ignore[misc,assignment]  # fewer ways to ask

    class Meta:
        proxy = True
        verbose_name = _("overdue payer")
        verbose_name_plural = _("overdue payers")
        default_permissions = ("view",)
