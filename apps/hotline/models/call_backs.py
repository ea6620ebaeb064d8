"""Callers who waited in vain and are to be called back: one row for a number, however often it called."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.complaints.models import Case
from apps.core.crypto import EncryptedTextField
from apps.core.masking import mask_phone
from apps.customers.models import Customer
from apps.hotline.enums import CallBackState

if TYPE_CHECKING:
    from apps.accounts.models import User

S = CallBackState


class CallBackQuerySet(models.QuerySet["CallBack"]):
    def visible_to(self, user: "User") -> Self:
        units = user.visible_unit_ids()
        return self if units is None else self.filter(unit__in=units)


class CallBack(models.Model):
    """A number is on one open call-back at most. ``opened_at`` is when the first call in vain ended; the clock of
    kind ``call_back`` runs from then. ``taken_by`` said that they will call; a colleague who calls all the same ends
    it just so. ``answered_by`` is the call in which they were spoken with."""

    number = EncryptedTextField(_("phone number"))
    number_index = models.CharField(max_length=32, editable=False, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    calls = models.PositiveIntegerField(_("calls in vain"), default=1)
    opened_at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last call"))
    state = models.CharField(_("state"), max_length=12, choices=S.choices, default=S.OPEN)
    taken_at = models.DateTimeField(_("taken at"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    answered_by = models.ForeignKey(
        "hotline.Call",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("spoken with in"),
    )
    result = EncryptedTextField(_("what came of it"), blank=True, default="")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="+", verbose_name=_("customer")
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, related_name="+", verbose_name=_("case")
    )

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back to a caller")
        verbose_name_plural = _("call-backs to callers")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("make_callback", _("Can call back"))]
        indexes = [
            models.Index(
                fields=["opened_at", "id"], name="callback_open", condition=Q(state=S.OPEN)
            ),
            models.Index(fields=["number_index"], name="callback_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="callback_one_open_per_number",
                fields=["number_index"],
                condition=Q(state=S.OPEN),
            ),
            models.CheckConstraint(name="callback_has_number", condition=~Q(number_index="")),
            models.CheckConstraint(name="callback_of_a_call", condition=Q(calls__gte=1)),
            models.CheckConstraint(name="callback_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="callback_ended_by_somebody",
                condition=Q(state=S.OPEN, ended_at__isnull=True, ended_by__isnull=True)
                | (~Q(state=S.OPEN) & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="callback_taken_by_somebody",
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
            models.CheckConstraint(
                name="callback_answered_is_done",
                condition=Q(answered_by__isnull=True) | Q(state=S.DONE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.masked} {self.opened_at:%m-%d %H:%M}"

    @property
    def masked(self) -> str:
        return mask_phone(self.number)
