"""Proof of delivery 签收单: who signed, in what state the goods were, what was paid (TRK-6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, MoneyField
from apps.tracking.enums import CodMethod, HandedOverAt, Signer
from apps.tracking.models.courier import Courier
from apps.tracking.models.permission_to_sign import AuthorisedSigner, DeliveryConsent

# Nothing is off when the packaging is whole and, if it was opened, looks and count are right.
ALL_WELL = Q(packaging_intact=True) & (
    Q(was_opened=False) | Q(appearance_good=True, count_right=True)
)


class ProofQuerySet(models.QuerySet["ProofOfDelivery"]):
    def standing(self) -> "ProofQuerySet":
        """Those that no later version supersedes."""
        return self.filter(superseded_by__isnull=True)


class ProofOfDelivery(AppendOnly):
    """One version of the proof; a correction is a new version that supersedes the last.

    Opening is for looks and count against the list only, never for quality. Whoever signs is
    the consignee on the waybill or someone authorised before; a station or locker needs consent.
    """

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="proofs", verbose_name=_("waybill")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    correction_reason = models.CharField(_("reason of the correction"), max_length=300, blank=True)

    signed_by = EncryptedTextField(_("signed by"))
    signed_at = models.DateTimeField(_("signed at"))
    signer = models.CharField(_("signer"), max_length=12, choices=Signer)
    authorisation = models.ForeignKey(
        AuthorisedSigner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proofs",
        verbose_name=_("authorisation"),
    )
    handed_over = models.CharField(
        _("handed over"), max_length=10, choices=HandedOverAt, default=HandedOverAt.DOOR
    )
    consent = models.ForeignKey(
        DeliveryConsent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proofs",
        verbose_name=_("consent"),
    )

    packaging_intact = models.BooleanField(_("packaging intact"))
    was_opened = models.BooleanField(_("opened and checked"))
    appearance_good = models.BooleanField(_("looks as it should"), null=True, blank=True)
    count_right = models.BooleanField(_("count as on the list"), null=True, blank=True)
    notes = EncryptedTextField(_("notes"), blank=True)
    photo_count = models.PositiveSmallIntegerField(_("photos"), default=0)

    courier = models.ForeignKey(
        Courier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proofs",
        db_index=False,
        verbose_name=_("courier"),
    )
    cod_due = MoneyField(_("to be paid at the door"), null=True, blank=True)
    cod_paid = MoneyField(_("paid at the door"), null=True, blank=True)
    cod_method = models.CharField(_("paid by"), max_length=10, choices=CodMethod, blank=True)
    cod_reason = models.CharField(_("why the sum differs"), max_length=300, blank=True)

    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof of delivery")
        verbose_name_plural = _("proofs of delivery")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["waybill", "version"], name="proof_version_once"),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True, correction_reason="")
                | (Q(version__gt=1, supersedes__isnull=False) & ~Q(correction_reason="")),
                name="proof_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(signer=Signer.CONSIGNEE, authorisation__isnull=True)
                | Q(signer=Signer.AUTHORISED, authorisation__isnull=False),
                name="proof_other_signer_authorised",
            ),
            models.CheckConstraint(
                condition=Q(handed_over=HandedOverAt.DOOR, consent__isnull=True)
                | Q(
                    handed_over__in=[HandedOverAt.STATION, HandedOverAt.LOCKER],
                    consent__isnull=False,
                ),
                name="proof_station_needs_consent",
            ),
            models.CheckConstraint(
                condition=Q(
                    was_opened=False, appearance_good__isnull=True, count_right__isnull=True
                )
                | Q(was_opened=True, appearance_good__isnull=False, count_right__isnull=False),
                name="proof_opened_says_what_was_seen",
            ),
            models.CheckConstraint(
                condition=ALL_WELL | Q(photo_count__gt=0), name="proof_trouble_has_photos"
            ),
            models.CheckConstraint(
                condition=Q(
                    cod_due__isnull=True, cod_paid__isnull=True, cod_method="", cod_reason=""
                )
                | (
                    Q(cod_due__isnull=False, cod_paid__isnull=False)
                    & Q(cod_due__gt=0, cod_paid__gte=0)
                    & (Q(cod_paid=F("cod_due")) | ~Q(cod_reason=""))
                    & (Q(cod_paid=0) | ~Q(cod_method=""))
                ),
                name="proof_cod_paid_or_explained",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__lte=F("recorded_at")), name="proof_signed_before_recorded"
            ),
        ]
        permissions = [
            ("correct_proofofdelivery", _("Can correct proofs of delivery, with a reason")),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} v{self.version}"

    @property
    def all_well(self) -> bool:
        return self.packaging_intact and (
            not self.was_opened or bool(self.appearance_good and self.count_right)
        )


class ProofPhoto(AppendOnly):
    """A picture of the delivery: re-encoded, without the metadata it came with."""

    proof = models.ForeignKey(
        ProofOfDelivery, models.PROTECT, related_name="photos", verbose_name=_("proof of delivery")
    )
    # Outsiders who proved to be a party ask by this, never by a running number.
    key = models.UUIDField(_("key"), unique=True)
    path = models.CharField(_("file"), max_length=120, unique=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.proof_id} {self.key}"
