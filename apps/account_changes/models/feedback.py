"""What customers say to an account change, and who looked a notice up (COD-5, COD-6)."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums.campaigns import FeedbackClass, FeedbackSource, NoticeAnswer
from apps.account_changes.models.campaigns import CampaignRecipient
from apps.complaints.models import Case
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(recipient__in=CampaignRecipient.objects.visible_to(user))


class Feedback(models.Model):
    """One thing that a customer said. Who agrees needs no answer; everything else is a case of the
    account-change agent's, and answered when the first answer in that case went out."""

    recipient = models.ForeignKey(
        CampaignRecipient, models.PROTECT, related_name="feedback", verbose_name=_("customer")
    )
    kind = models.CharField(_("class"), max_length=16, choices=FeedbackClass)
    source = models.CharField(_("source"), max_length=8, choices=FeedbackSource)
    text = EncryptedTextField(_("in the customer's words"), blank=True, default="")
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    case = models.OneToOneField(
        Case, models.PROTECT, related_name="feedback", null=True, verbose_name=_("case")
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("answered by")
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback on an account change")
        verbose_name_plural = _("feedback on account changes")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.CheckConstraint(
                name="feedback_kind_known", condition=Q(kind__in=FeedbackClass.values)
            ),
            models.CheckConstraint(
                name="feedback_source_known", condition=Q(source__in=FeedbackSource.values)
            ),
            models.CheckConstraint(
                name="feedback_question_is_a_case",
                condition=Q(kind=FeedbackClass.AGREES, case__isnull=True, answered_at__isnull=True)
                | (~Q(kind=FeedbackClass.AGREES) & Q(case__isnull=False)),
            ),
            models.CheckConstraint(
                name="feedback_answered_by_someone",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__gte=F("given_at"), answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} · {self.get_kind_display()}"


class NoticeCheck(AppendOnly):
    """One question on the public page: what was answered, for which notice if the code is one of ours.
    Code and address as fingerprints only; the digits are not kept."""

    at = models.DateTimeField(_("when"))
    answer = models.CharField(_("answer"), max_length=10, choices=NoticeAnswer)
    recipient = models.ForeignKey(
        CampaignRecipient,
        models.PROTECT,
        related_name="checks",
        null=True,
        verbose_name=_("whose notice"),
    )
    code_index = models.CharField(_("fingerprint of the code"), max_length=32)
    address_index = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("notice looked up")
        verbose_name_plural = _("notices looked up")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes: ClassVar = [
            models.Index(fields=["code_index", "-id"], name="notice_check_by_code"),
            models.Index(
                fields=["-id"], name="notice_check_wrong", condition=Q(answer=NoticeAnswer.NOT_OURS)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="notice_check_answer_known", condition=Q(answer__in=NoticeAnswer.values)
            ),
            models.CheckConstraint(
                name="notice_check_genuine_is_ours",
                condition=Q(answer=NoticeAnswer.NOT_OURS) | Q(recipient__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_answer_display()}"
