"""What belongs to a payout account: the papers handed in with its request, and its call-backs (COD-6)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import CallOutcome, PayeePaperKind
from apps.banking.models.payees import PayeeAccount
from apps.banking.storage import private_name
from apps.core.models import AppendOnly
from apps.customers.models import Contact

USER = settings.AUTH_USER_MODEL


class PayeePaper(AppendOnly):
    """A scan handed in with a request."""

    payee = models.ForeignKey(
        PayeeAccount, models.PROTECT, related_name="papers", verbose_name=_("payout account")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=PayeePaperKind.choices)
    file = models.FileField(_("file"), upload_to=private_name, max_length=200)
    file_name = models.CharField(_("original file name"), max_length=160)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("handed in"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("paper of a payout account")
        verbose_name_plural = _("papers of payout accounts")
        ordering = ["id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.file_name}"


class PayeeCall(AppendOnly):
    """A call-back: whom we called at a number that had been on file for long, and what they said."""

    payee = models.ForeignKey(
        PayeeAccount, models.PROTECT, related_name="calls", verbose_name=_("payout account")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="+", verbose_name=_("contact")
    )
    phone_index = models.CharField(max_length=32, editable=False)
    phone_since = models.DateTimeField(_("number on file since"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome.choices)
    answer = models.CharField(_("what was said"), max_length=300)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="payee_call_outcome_known", condition=Q(outcome__in=CallOutcome.values)
            ),
            models.CheckConstraint(name="payee_call_says", condition=~Q(answer="")),
            models.CheckConstraint(
                name="payee_call_phone_old", condition=Q(phone_since__lt=models.F("at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact.name} · {self.get_outcome_display()}"
