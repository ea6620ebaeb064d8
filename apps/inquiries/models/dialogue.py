"""A complaint in WeChat: what the account is asked just now, and pictures still to be fetched."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.inquiries.enums import DialogueStep, MediaState


class WeChatDialogue(models.Model):
    """One per account. ``case`` takes what is said next, for as long as it is worked on; ``step``
    counts until ``expires_at`` only."""

    openid_index = models.CharField(max_length=32, unique=True, editable=False)
    step = models.CharField(
        _("step"), max_length=10, choices=DialogueStep, default=DialogueStep.NOTHING
    )
    # What was said before they were asked whether they complain.
    draft = EncryptedTextField(blank=True, default="")
    # Pictures that came before there was a case.
    media = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    case = models.ForeignKey(
        "complaints.Case", models.PROTECT, related_name="+", null=True, verbose_name=_("case")
    )
    expires_at = models.DateTimeField(_("asked until"), null=True)

    class Meta:
        verbose_name = _("WeChat dialogue")
        verbose_name_plural = _("WeChat dialogues")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="wechat_dialogue_step_ends",
                condition=Q(step=DialogueStep.NOTHING, expires_at__isnull=True)
                | (~Q(step=DialogueStep.NOTHING) & Q(expires_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.openid_index


class WeChatMedia(models.Model):
    """A picture that the platform keeps for three days; fetched in the background, since its call
    is answered within five seconds."""

    case = models.ForeignKey(
        "complaints.Case", models.PROTECT, related_name="+", verbose_name=_("case")
    )
    media_id = models.CharField(max_length=200, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MediaState, default=MediaState.WAITING
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("due"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("WeChat picture")
        verbose_name_plural = _("WeChat pictures")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["due_at"], name="wechat_media_due", condition=Q(due_at__isnull=False)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="wechat_media_waiting_has_due",
                condition=Q(state=MediaState.WAITING, due_at__isnull=False)
                | (~Q(state=MediaState.WAITING) & Q(due_at__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
