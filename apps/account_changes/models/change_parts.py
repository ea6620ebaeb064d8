"""What an account change is made of: team, customers, candidates, test deposits, readers, steps."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import StepKind, TeamSide
from apps.account_changes.models.change_projects import ChangeProject
from apps.banking.models import BankAccount, BankLine
from apps.core.models import AppendOnly, MoneyField
from apps.customers.models import Customer

USER = settings.AUTH_USER_MODEL


def _score(label: Any) -> Any:
    return models.PositiveSmallIntegerField(
        label, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )


class TeamMember(models.Model):
    """A person on the team, for one side. Questions of customers go to those of customer service."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="members")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))
    side = models.CharField(_("side"), max_length=16, choices=TeamSide)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="team_member_once"),
            models.CheckConstraint(name="team_side_known", condition=Q(side__in=TeamSide.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_side_display()}"


class ChangeCustomer(models.Model):
    """A customer whose account changes; where everybody's does, one who gets a sub-account of the new
    account. Without ``account`` it is the project's new account."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="customers")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="account_changes", verbose_name=_("customer")
    )
    account = models.ForeignKey(
        BankAccount,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("sub-account"),
    )

    class Meta:
        verbose_name = _("customer of an account change")
        verbose_name_plural = _("customers of an account change")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "customer"], name="change_customer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.customer}"


class Candidate(models.Model):
    """A bank that was compared, with marks from 1 (poor) to 5 (best)."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="candidates")
    bank = models.CharField(_("bank"), max_length=60)
    service = _score(_("the bank's service"))
    fees = _score(_("fees"))
    speed = _score(_("speed"))
    views = _score(_("customers' views"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("candidate bank")
        verbose_name_plural = _("candidate banks")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "bank"], name="candidate_once"),
            models.CheckConstraint(
                name="candidate_marks_from_1_to_5",
                condition=Q(service__range=(1, 5))
                & Q(fees__range=(1, 5))
                & Q(speed__range=(1, 5))
                & Q(views__range=(1, 5)),
            ),
        ]

    def __str__(self) -> str:
        return self.bank


class DepositTest(models.Model):
    """A small sum paid into the old or the new account to see how long it takes: when it was sent,
    when the bank confirmed it, when it was there. Written once; a mistake is struck out."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="deposits")
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    amount = MoneyField(_("amount"))
    sent = models.DateTimeField(_("paid in at"))
    confirmed = models.DateTimeField(_("confirmed by the bank"))
    arrived = models.DateTimeField(_("credited at"))
    at = models.DateTimeField(_("noted"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("noted by"))
    struck_at = models.DateTimeField(_("struck out"), null=True)
    struck_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    struck_reason = models.CharField(_("why it does not count"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("test deposit")
        verbose_name_plural = _("test deposits")
        default_permissions = ()
        ordering = ["sent", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="deposit_test_of_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="deposit_test_in_order",
                condition=Q(confirmed__gte=F("sent"), arrived__gte=F("sent")),
            ),
            models.CheckConstraint(
                name="deposit_test_struck_agrees",
                condition=Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class ReadConfirmation(AppendOnly):
    """Somebody read the briefing and understood it; ``sha256`` says which text that was."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="readings")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("read and understood")
        verbose_name_plural = _("read and understood")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "user", "sha256"], name="read_confirmation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


class ChangeStep(AppendOnly):
    """One thing that was done to a project, by whom, when and why."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=20, choices=StepKind)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))
    note = models.CharField(_("reason or note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step of an account change")
        verbose_name_plural = _("steps of an account change")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="change_step_known", condition=Q(kind__in=StepKind.values)),
            models.CheckConstraint(
                name="change_step_says_why",
                condition=~Q(
                    kind__in=[
                        StepKind.EXTENDED,
                        StepKind.PAUSED,
                        StepKind.ROLLED_BACK,
                        StepKind.CALLED_OFF,
                        StepKind.REFUSED,
                        StepKind.DEPOSIT_STRUCK,
                    ]
                )
                | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class OldAccountUse(AppendOnly):
    """Something came to an account of ours that is over, or still names it: a bank line or an order,
    each once, and the exception report in which it is followed up. ``project`` is the change that ended
    the account, where one did."""

    project = models.ForeignKey(
        ChangeProject,
        models.PROTECT,
        related_name="late_uses",
        null=True,
        verbose_name=_("account change"),
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    line = models.OneToOneField(BankLine, models.PROTECT, related_name="late_use", null=True)
    order = models.OneToOneField(
        "orders.WorkOrder", models.PROTECT, related_name="late_use", null=True
    )
    exception = models.OneToOneField(
        "quality.ExceptionReport", models.PROTECT, related_name="late_use"
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("use of an old account")
        verbose_name_plural = _("uses of old accounts")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="old_account_use_of_one_thing",
                condition=Q(line__isnull=False, order__isnull=True)
                | Q(line__isnull=True, order__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.exception_id}"
