"""A WeChat account whose owner proved to hold a phone (TRK-8, TRK-10)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.inquiries.enums import BindingState


class WeChatBinding(models.Model):
    """``phone_index`` is the one waybills carry, so a party is recognised without its phone."""

    openid = EncryptedTextField(_("account"))
    openid_index = models.CharField(max_length=32, editable=False)
    phone = EncryptedTextField(_("phone"))
    phone_index = models.CharField(max_length=32, editable=False)
    phone_label = models.CharField(_("phone"), max_length=40)
    state = models.CharField(
        _("state"), max_length=10, choices=BindingState, default=BindingState.PENDING
    )
    created_at = models.DateTimeField(_("asked for at"), db_default=Now())
    confirmed_on = models.DateTimeField(_("bound at"), null=True)
    ended_on = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("WeChat binding")
        verbose_name_plural = _("WeChat bindings")
        ordering = ["-id"]
        permissions = [("end_wechatbinding", _("Can end WeChat bindings"))]
        constraints = [
            models.UniqueConstraint(
                fields=["openid_index"],
                condition=Q(state=BindingState.ACTIVE),
                name="wechat_bound_once",
            ),
            models.UniqueConstraint(
                fields=["openid_index"],
                condition=Q(state=BindingState.PENDING),
                name="wechat_pending_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=BindingState.ACTIVE) | Q(confirmed_on__isnull=False),
                name="wechat_bound_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=BindingState.ENDED, ended_on__isnull=False)
                | (~Q(state=BindingState.ENDED) & Q(ended_on__isnull=True)),
                name="wechat_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.phone_label
