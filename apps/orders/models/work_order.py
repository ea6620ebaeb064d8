"""The work order: one accepted instruction to fetch goods here and deliver them there (ORD-4)."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.enums import FollowUpClass
from apps.customers.models import Customer
from apps.orders.enums import Channel, FollowUpReason, OrderStatus
from apps.orders.models.content import OrderContent, content_constraints
from apps.orders.states import ISSUED, UNCONFIRMED

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
ISSUED_VALUES = sorted(str(state) for state in ISSUED)
UNCONFIRMED_VALUES = sorted(str(state) for state in UNCONFIRMED)


def original_path(order: "WorkOrder", filename: str) -> str:
    """Originals lie under the day they came in, under a name nobody can guess."""
    suffix = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"orders/originals/{order.received_on:%Y/%m/%d}/{uuid4().hex}.{suffix}"


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def visible_to(self, user: "User") -> "WorkOrderQuerySet":
        """The orders of the customers this person may see, and those their centre executes."""
        mine = Q(customer__in=Customer.objects.visible_to(user)) | Q(owner=user.pk)
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(customer__in=Customer.objects.visible_to(user))
        units = user.visible_unit_ids()
        return self if units is None else self.filter(mine | Q(centre_id__in=units))

    def unconfirmed(self) -> "WorkOrderQuerySet":
        return self.filter(status__in=UNCONFIRMED_VALUES)


class WorkOrder(OrderContent, Stamped):
    """Numbers look like WO20261122-48391527; the date is the day the order came in."""

    PREFIX = "WO"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="work_orders", verbose_name=_("customer")
    )
    owner = models.ForeignKey(
        USER, models.PROTECT, related_name="owned_orders", verbose_name=_("owner")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus.choices, default=OrderStatus.DRAFT
    )

    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices)
    # The form it was typed into: sending the same form twice makes one order.
    entry_key = models.UUIDField(null=True, unique=True, editable=False)
    original_text = EncryptedTextField(_("original message"), blank=True)
    original_file = models.FileField(
        _("original file"), upload_to=original_path, blank=True, max_length=120
    )
    original_name = models.CharField(_("name of the original file"), max_length=160, blank=True)
    # Fingerprints of the parts of both contacts' names, to find them by (ADR 15).
    name_parts = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, editable=False
    )
    received_at = models.DateTimeField(_("received"))
    received_on = models.DateField(_("day received"), editable=False)
    # What its clock says (ORD-5); empty while nobody can say, on hold under a policy that waits.
    due_at = models.DateTimeField(_("due"), null=True, editable=False)

    read_back_at = models.DateTimeField(_("read back"), null=True, editable=False)
    read_back_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    read_back_with = models.CharField(_("read back with"), max_length=60, blank=True)

    follow_up_class = models.CharField(
        _("follow-up class"), max_length=1, choices=FollowUpClass.choices
    )
    follow_up_reason = models.CharField(
        _("why this class"), max_length=20, choices=FollowUpReason.choices
    )
    follow_up_note = models.CharField(_("reason for the change"), max_length=200, blank=True)
    follow_up_set_at = models.DateTimeField(null=True, editable=False)
    follow_up_set_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    centre_kind = models.CharField(max_length=16, blank=True, editable=False)
    centre = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("executed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    started_at = models.DateTimeField(_("under way since"), null=True, editable=False)
    started_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    completed_at = models.DateTimeField(_("completed"), null=True, editable=False)
    completed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    held_at = models.DateTimeField(_("on hold since"), null=True, editable=False)
    held_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)
    hold_reason = models.CharField(_("reason for the hold"), max_length=200, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    cancelled_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)

    waybills = models.ManyToManyField(
        "tracking.Waybill", through="WorkOrderWaybill", related_name="work_orders"
    )
    intake_file = models.ForeignKey(
        "backoffice.ImportFile", models.PROTECT, related_name="orders", null=True, editable=False
    )

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-received_at", "-id"]
        permissions = [
            ("confirm_workorder", _("Can confirm work orders")),
            ("cancel_workorder", _("Can cancel work orders")),
            ("assign_workorder", _("Can give work orders to another agent")),
            ("print_workorder", _("Can print work orders and labels")),
            ("reveal_workorder", _("Can see the full phone and address in a work order")),
            ("import_workorder", _("Can take in spreadsheets of orders")),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "-received_at"], name="order_status_newest"),
            models.Index(fields=["customer", "received_on"], name="order_customer_day"),
            models.Index(fields=["owner", "status"], name="order_owner_status"),
            models.Index(fields=["centre", "-received_at"], name="order_centre_newest"),
            models.Index(fields=["pickup_phone_index"], name="order_pickup_phone"),
            models.Index(fields=["delivery_phone_index"], name="order_delivery_phone"),
            models.Index(fields=["customer_reference"], name="order_reference"),
            GinIndex(fields=["name_parts"], name="order_names"),
            models.Index(
                name="order_clock_due",
                fields=["due_at"],
                condition=Q(status__in=UNCONFIRMED_VALUES),
            ),
        ]
        constraints = [
            *content_constraints(),
            models.UniqueConstraint(
                name="order_reference_once",
                fields=["customer", "customer_reference"],
                condition=~Q(customer_reference="") & ~Q(status=OrderStatus.CANCELLED),
            ),
            models.CheckConstraint(
                name="order_confirmed_agrees",
                condition=Q(status__in=ISSUED_VALUES, confirmed_at__isnull=False)
                | Q(status__in=UNCONFIRMED_VALUES, confirmed_at__isnull=True)
                | Q(status=OrderStatus.CANCELLED),
            ),
            models.CheckConstraint(
                name="order_confirmed_has_person",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, centre_kind="")
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False, pieces__isnull=False)
                    & ~Q(centre_kind="")
                    & ~Q(goods_name="")
                ),
            ),
            models.CheckConstraint(
                name="order_phone_needs_read_back",
                condition=~Q(channel=Channel.PHONE)
                | Q(confirmed_at__isnull=True)
                | Q(read_back_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_read_back_has_person",
                condition=Q(read_back_at__isnull=True, read_back_by__isnull=True)
                | Q(read_back_at__isnull=False, read_back_by__isnull=False),
            ),
            models.CheckConstraint(
                name="order_started_agrees",
                condition=Q(started_at__isnull=True, started_by__isnull=True)
                & ~Q(status=OrderStatus.IN_PROGRESS)
                | Q(
                    started_at__isnull=False,
                    started_by__isnull=False,
                    status__in=[OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED],
                ),
            ),
            models.CheckConstraint(
                name="order_completed_agrees",
                condition=Q(completed_at__isnull=True, completed_by__isnull=True)
                & ~Q(status=OrderStatus.COMPLETED)
                | Q(
                    completed_at__isnull=False,
                    completed_by__isnull=False,
                    status=OrderStatus.COMPLETED,
                ),
            ),
            models.CheckConstraint(
                name="order_held_agrees",
                condition=Q(held_at__isnull=True, held_by__isnull=True, hold_reason="")
                & ~Q(status=OrderStatus.HELD)
                | Q(held_at__isnull=False, held_by__isnull=False, status=OrderStatus.HELD)
                & ~Q(hold_reason=""),
            ),
            models.CheckConstraint(
                name="order_cancelled_agrees",
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                & ~Q(status=OrderStatus.CANCELLED)
                | Q(
                    cancelled_at__isnull=False,
                    cancelled_by__isnull=False,
                    status=OrderStatus.CANCELLED,
                )
                & ~Q(cancel_reason=""),
            ),
            models.CheckConstraint(
                name="order_follow_up_override_complete",
                condition=Q(follow_up_set_at__isnull=True, follow_up_set_by__isnull=True)
                & ~Q(follow_up_reason=FollowUpReason.MANUAL)
                | Q(
                    follow_up_set_at__isnull=False,
                    follow_up_set_by__isnull=False,
                    follow_up_reason=FollowUpReason.MANUAL,
                )
                & ~Q(follow_up_note=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> OrderStatus:
        return OrderStatus(self.status)

    @property
    def is_unconfirmed(self) -> bool:
        return self.status in UNCONFIRMED

    @property
    def is_issued(self) -> bool:
        return self.status in ISSUED


class WorkOrderWaybill(models.Model):
    """Which waybills an order was given; with one waybill per piece, ``piece`` counts from 1."""

    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="issued")
    waybill = models.OneToOneField(
        "tracking.Waybill", models.PROTECT, related_name="work_order_link"
    )
    piece = models.PositiveIntegerField(_("piece"))

    class Meta:
        verbose_name = _("waybill of a work order")
        verbose_name_plural = _("waybills of work orders")
        ordering = ["piece"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "piece"], name="order_piece_once"),
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id}/{self.piece}"
