"""Security checks of accounts of ours: a checklist, what was found, who puts it right until when (COD-6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.banking.models import BankAccount
from apps.core.models import AppendOnly
from apps.safety.enums import CheckState, FollowUpState, Verdict
from apps.sla.models.policy import TwoNames


class CheckItem(TwoNames):
    """A line of the checklist; it goes out of use rather than away."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("question"), max_length=160)
    english_name = models.CharField(_("question in English"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("line of the checklist")
        verbose_name_plural = _("checklist of accounts")
        ordering = ["position", "id"]
        default_permissions = ("view", "add", "change")


class AccountCheck(models.Model):
    """One check of one account. Each open account has one that is to be carried out; when is the
    clock's business (policy *account-check*), and the next begins when this one is done."""

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="checks", verbose_name=_("account")
    )
    state = models.CharField(_("state"), max_length=8, choices=CheckState, default=CheckState.DUE)
    started_at = models.DateTimeField(_("planned at"))
    due_at = models.DateTimeField(_("due"), null=True)
    remark = models.TextField(_("remark"), blank=True)
    done_at = models.DateTimeField(_("carried out"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("carried out by"),
    )

    class Meta:
        verbose_name = _("security check")
        verbose_name_plural = _("security checks")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions: ClassVar = [("carry_out_accountcheck", _("Can carry out security checks"))]
        indexes = [models.Index(fields=["state", "due_at", "id"], name="account_check_by_due")]
        constraints = [
            models.UniqueConstraint(
                name="account_check_one_due", fields=["account"], condition=Q(state=CheckState.DUE)
            ),
            models.CheckConstraint(
                name="account_check_state_known", condition=Q(state__in=CheckState.values)
            ),
            models.CheckConstraint(
                name="account_check_done_by_whom",
                condition=Q(state=CheckState.DONE, done_at__isnull=False, done_by__isnull=False)
                | (~Q(state=CheckState.DONE) & Q(done_at__isnull=True, done_by__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)


class CheckAnswer(AppendOnly):
    """What was found about one line of the checklist."""

    check_of = models.ForeignKey(
        AccountCheck, models.PROTECT, related_name="answers", verbose_name=_("security check")
    )
    item = models.ForeignKey(
        CheckItem, models.PROTECT, related_name="+", verbose_name=_("question")
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("answer of a check")
        verbose_name_plural = _("answers of checks")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="check_answer_once", fields=["check_of", "item"]),
            models.CheckConstraint(
                name="check_answer_wrong_says_what",
                condition=~Q(verdict=Verdict.WRONG) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"


class CheckFollowUp(models.Model):
    """What a check found wrong, and who puts it right until when; a clock of its own."""

    check_of = models.ForeignKey(
        AccountCheck, models.PROTECT, related_name="follow_ups", verbose_name=_("security check")
    )
    item = models.ForeignKey(
        CheckItem, models.PROTECT, related_name="+", verbose_name=_("question")
    )
    what = models.CharField(_("finding"), max_length=300)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    due_on = models.DateField(_("until"))
    state = models.CharField(
        _("state"), max_length=10, choices=FollowUpState, default=FollowUpState.WAITING
    )
    result = models.TextField(_("what was done"), blank=True)
    closed_at = models.DateTimeField(_("put right at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("finding of a check")
        verbose_name_plural = _("findings of checks")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["state", "due_on", "id"], name="follow_up_by_due")]
        constraints = [
            models.CheckConstraint(
                name="follow_up_put_right_by_whom",
                condition=Q(state=FollowUpState.WAITING, closed_at__isnull=True, closed_by__isnull=True)
                | (Q(state=FollowUpState.PUT_RIGHT, closed_at__isnull=False, closed_by__isnull=False) & ~Q(result="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.what
