"""One tracked shipment and its unique number (TRK-1)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import MoneyField
from apps.customers.enums import JobType, SettlementMethod
from apps.customers.models import Customer
from apps.tracking.enums import Reason, Status

if TYPE_CHECKING:
    from apps.accounts.models import User

NO_EVENT = UUID(int=0)


class WaybillQuerySet(models.QuerySet["Waybill"]):
    def visible_to(self, user: "User") -> "WaybillQuerySet":
        """What this user may know of: everything, their units' or their customers' waybills."""
        units = user.visible_unit_ids()
        if units is None:
            return self
        theirs = Q(customer__in=Customer.objects.visible_to(user))
        return self.filter(theirs | Q(responsible_unit_id__in=units) if units else theirs)

    def open(self) -> "WaybillQuerySet":
        """Still on their way: nothing final has happened."""
        return self.filter(concluded_at__isnull=True)


class Waybill(models.Model):
    """A shipment: what was promised, who is concerned, and where it stands.

    The status columns are the merge of its events and are written by services.ingest and
    services.correct alone. They carry no index on purpose: a scan then rewrites one row and no
    index at all. Phones are in E.164, weights in grams, volumes in cubic centimetres.
    """

    number = models.CharField(_("waybill number"), max_length=20, unique=True)
    issued_month = models.DateField(_("month of issue"))
    issued_at = models.DateTimeField(_("issued at"))
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="waybills",
        db_index=False,
        verbose_name=_("customer"),
    )
    customer_reference = models.CharField(_("customer's reference"), max_length=64, blank=True)
    job_type = models.CharField(
        _("job type"), max_length=20, choices=JobType, default=JobType.DOOR_TO_DOOR
    )
    service_level = models.CharField(_("service level"), max_length=30, blank=True)
    settlement_method = models.CharField(
        _("settlement method"),
        max_length=20,
        choices=SettlementMethod,
        default=SettlementMethod.MONTHLY,
    )

    origin_city = models.CharField(_("from"), max_length=40, blank=True)
    destination_city = models.CharField(_("to"), max_length=40, blank=True)
    sender_name = EncryptedTextField(_("sender"), blank=True)
    sender_phone = EncryptedTextField(_("sender's phone"), blank=True)
    sender_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    sender_address = EncryptedTextField(_("pickup address"), blank=True)
    consignee_name = EncryptedTextField(_("consignee"), blank=True)
    consignee_phone = EncryptedTextField(_("consignee's phone"), blank=True)
    consignee_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    consignee_address = EncryptedTextField(_("delivery address"), blank=True)
    # Fingerprints of the parts of the names above, to find them by (ADR 15).
    name_parts = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, editable=False
    )

    goods_name = models.CharField(_("goods"), max_length=120, blank=True)
    pieces = models.PositiveIntegerField(_("pieces"), default=1)
    weight_g = models.PositiveBigIntegerField(_("weight (g)"), null=True, blank=True)
    volume_cm3 = models.PositiveBigIntegerField(_("volume (cm³)"), null=True, blank=True)
    declared_value = MoneyField(_("declared value"), null=True, blank=True)
    # Empty: not insured. Never above what was declared.
    insured_amount = MoneyField(_("insured amount"), null=True, blank=True)
    cod_amount = MoneyField(_("cash on delivery"), null=True, blank=True)
    return_document_required = models.BooleanField(_("signed return document"), default=False)

    responsible_unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="waybills",
        null=True,
        blank=True,
        verbose_name=_("responsible unit"),
    )
    carrier = models.ForeignKey(
        "tracking.PartnerCarrier",
        models.PROTECT,
        related_name="waybills",
        null=True,
        blank=True,
        verbose_name=_("partner carrier"),
    )
    promised_at = models.DateTimeField(_("promised by"), null=True, blank=True)
    # By what punctuality is measured, where changes of our own have moved the promise since.
    measured_promise_at = models.DateTimeField(
        _("punctuality measured by"), null=True, blank=True, editable=False
    )
    expected_at = models.DateTimeField(_("expected at"), null=True, blank=True)

    status = models.CharField(_("status"), max_length=30, choices=Status, default=Status.CREATED)
    status_reason = models.CharField(_("reason"), max_length=30, choices=Reason, blank=True)
    status_at = models.DateTimeField(_("status since"))
    status_strength = models.SmallIntegerField(default=-1, editable=False)
    status_rank = models.SmallIntegerField(default=0, editable=False)
    status_hash = models.UUIDField(default=NO_EVENT, editable=False)
    picked_up_at = models.DateTimeField(_("picked up at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    last_event_at = models.DateTimeField(_("last heard of at"), null=True, blank=True)
    last_place = models.CharField(_("last place"), max_length=120, blank=True)
    last_place_at = models.DateTimeField(null=True, editable=False)  # of the event that named it

    objects = WaybillQuerySet.as_manager()

    class Meta:
        verbose_name = _("waybill")
        verbose_name_plural = _("waybills")
        ordering = ["-id"]
        constraints = [
            # What the events' foreign key refers to, so that an event lies in its waybill's month.
            models.UniqueConstraint(fields=["id", "issued_month"], name="waybill_month"),
            models.CheckConstraint(
                condition=Q(issued_month__day=1), name="waybill_month_is_first_day"
            ),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="waybill_has_pieces"),
            models.CheckConstraint(
                condition=Q(cod_amount__isnull=True) | Q(cod_amount__gt=0),
                name="waybill_cod_positive",
            ),
            models.CheckConstraint(
                condition=Q(declared_value__isnull=True) | Q(declared_value__gte=0),
                name="waybill_value_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(insured_amount__isnull=True)
                | Q(
                    insured_amount__gt=0,
                    declared_value__isnull=False,
                    insured_amount__lte=F("declared_value"),
                ),
                name="waybill_insured_up_to_declared",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.DELIVERED,
                    delivered_at__isnull=False,
                    delivered_at=F("status_at"),
                )
                | (~Q(status=Status.DELIVERED) & Q(delivered_at__isnull=True)),
                name="waybill_delivered_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="waybill_by_customer"),
            models.Index(
                fields=["customer_reference"],
                name="waybill_by_reference",
                condition=~Q(customer_reference=""),
            ),
            models.Index(
                fields=["sender_phone_index"],
                name="waybill_by_sender",
                condition=~Q(sender_phone_index=""),
            ),
            models.Index(
                fields=["consignee_phone_index"],
                name="waybill_by_consignee",
                condition=~Q(consignee_phone_index=""),
            ),
            # How many live shipments one phone stands on, however many it had before.
            models.Index(
                fields=["sender_phone_index"],
                name="waybill_live_by_sender",
                condition=Q(concluded_at__isnull=True) & ~Q(sender_phone_index=""),
            ),
            models.Index(
                fields=["consignee_phone_index"],
                name="waybill_live_by_consignee",
                condition=Q(concluded_at__isnull=True) & ~Q(consignee_phone_index=""),
            ),
            GinIndex(fields=["name_parts"], name="waybill_names"),
            models.Index(
                fields=["promised_at"],
                name="waybill_open_by_promise",
                condition=Q(concluded_at__isnull=True),
            ),
            # What an incident concerns is found by where shipments begin and end, which never changes (CMP-8).
            models.Index(
                fields=["origin_city"],
                opclasses=["varchar_pattern_ops"],
                name="waybill_open_by_origin",
                condition=Q(concluded_at__isnull=True),
            ),
            models.Index(
                fields=["destination_city"],
                opclasses=["varchar_pattern_ops"],
                name="waybill_open_by_destination",
                condition=Q(concluded_at__isnull=True),
            ),
            # Whose parcel arrived on a day: the sample of the satisfaction surveys (CMP-7).
            models.Index(
                fields=["delivered_at"],
                name="waybill_by_delivery",
                condition=Q(delivered_at__isnull=False),
            ),
        ]
        permissions = [
            ("reveal_waybill", _("Can see names, phones and addresses, with a reason")),
            ("attach_partner_number", _("Can attach partner numbers")),
            ("weigh_waybill", _("Can note what the scale says")),
            ("assign_stage", _("Can decide who carries a stage of a shipment")),
        ]

    def __str__(self) -> str:
        return self.number
