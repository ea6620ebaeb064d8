"""Who besides the consignee may receive, as customer service put it on record (TRK-6)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.tracking.enums import ConfirmedBy, Party


class OnRecord(models.Model):
    """A word given before delivery. ``recorded_at`` is the database's clock, so that nobody
    can put a permission before a signature afterwards."""

    # The person who gave the word, and how we know that it was them.
    given_by = EncryptedTextField(_("given by"))
    confirmed = models.CharField(_("confirmed by"), max_length=12, choices=ConfirmedBy)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("customer-service agent"),
    )
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("withdrawn by"),
    )

    class Meta:
        abstract = True


class AuthorisedSigner(OnRecord):
    """Someone the customer authorised to sign for one waybill."""

    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="authorised_signers",
        verbose_name=_("waybill"),
    )
    name = EncryptedTextField(_("may sign"))
    name_index = models.CharField(max_length=32, editable=False)
    phone = EncryptedTextField(_("phone"), blank=True)

    class Meta:
        verbose_name = _("authorised signer")
        verbose_name_plural = _("authorised signers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["waybill", "name_index"],
                condition=Q(revoked_at__isnull=True),
                name="signer_authorised_once",
            ),
            models.CheckConstraint(condition=~Q(name_index=""), name="signer_has_name"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="signer_revoked_by_someone",
            ),
        ]
        permissions = [("authorise_signer", _("Can record who else may sign for a shipment"))]

    def __str__(self) -> str:
        return f"{self.waybill_id} #{self.pk}"


class DeliveryConsent(OnRecord):
    """Consent to leave a shipment at a station or in a locker; without it that is forbidden."""

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="consents", verbose_name=_("waybill")
    )
    party = models.CharField(_("party"), max_length=10, choices=Party)
    place = models.CharField(_("where to"), max_length=120)

    class Meta:
        verbose_name = _("consent to a station or locker")
        verbose_name_plural = _("consents to a station or locker")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["waybill"],
                condition=Q(revoked_at__isnull=True),
                name="consent_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(place=""), name="consent_names_place"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="consent_revoked_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.place}"
