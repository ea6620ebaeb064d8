"""Money that came in, what it settles, and cheques on their way to be money (BIL-5)."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import AllocationKind, ChequeState, ReceiptSource
from apps.billing.models.fields import amount
from apps.billing.models.statements import Statement
from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
BANK_LINE = "bank-line:"  # how the keys of receipts begin that are lines of bank files
REMITTANCE = "remittance:"  # … and of those that a remittance of COD settles


class PayerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """Those of the payers this user may see; what nobody has been found for, for those who see
        every customer."""
        theirs = Q(payer__in=Customer.objects.visible_to(user))
        everything = user.is_authenticated and user.visible_unit_ids() is None
        return self.filter(theirs | Q(payer__isnull=True) if everything else theirs)


class Receipt(models.Model):
    """Money of a payer: it goes to the payer's advance, and allocations take it from there. Without
    a payer it is unidentified. ``source_key`` is what makes it happen once ("bank-line:17")."""

    source = models.CharField(_("source"), max_length=10, choices=ReceiptSource)
    source_key = models.CharField(_("key"), max_length=60, unique=True)
    payer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="receipts",
        null=True,
        verbose_name=_("payer"),
    )
    amount = amount(_("amount"))
    day = models.DateField(_("day"))
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    identified_at = models.DateTimeField(_("payer found"), null=True)
    identified_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    cancelled_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    cancelled_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-day", "-id"]
        permissions = [("take_receipt", _("Can take receipts and allocate them"))]
        indexes = [
            models.Index(fields=["-day", "-id"], name="receipt_newest"),
            models.Index(
                fields=["day"], name="receipt_unidentified", condition=Q(payer__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="receipt_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="receipt_source_known", condition=Q(source__in=ReceiptSource.values)
            ),
            models.CheckConstraint(
                name="receipt_cancelled_with_reason",
                condition=Q(
                    cancelled_at__isnull=True, cancelled_by__isnull=True, cancelled_reason=""
                )
                | (
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False)
                    & ~Q(cancelled_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.amount}"

    @property
    def is_of_bank_line(self) -> bool:
        """The bank's file brought it into the ledger, with the line."""
        return self.source_key.startswith(BANK_LINE)

    @property
    def is_of_remittance(self) -> bool:
        """Taken off what a merchant was remitted."""
        return self.source_key.startswith(REMITTANCE)


class DoorPayment(AppendOnly):
    """What was paid at the door of one shipment's charges on one statement. It settles that statement as
    soon as it is frozen, once; the ledger has it with the cash. ``source`` is what makes it happen once."""

    source = models.CharField(_("key"), max_length=60, editable=False)
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="door_payments", verbose_name=_("statement")
    )
    waybill = models.CharField(_("waybill"), max_length=20)
    amount = amount(_("amount"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("freight paid at the door")
        verbose_name_plural = _("freight paid at the door")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "statement"], name="door_payment_once"),
            models.CheckConstraint(
                name="door_payment_sane", condition=Q(amount__gt=0) & ~Q(waybill="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waybill} {self.amount}"


class Allocation(AppendOnly):
    """What settles a part of a statement. Undone by one row that reverses it, exactly and once; a
    trigger keeps the sums within the receipt and within the statement."""

    kind = models.CharField(
        _("kind"), max_length=16, choices=AllocationKind, default=AllocationKind.PAYMENT
    )
    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="allocations", null=True, verbose_name=_("receipt")
    )
    door_payment = models.ForeignKey(
        DoorPayment,
        models.PROTECT,
        related_name="allocations",
        null=True,
        verbose_name=_("freight paid at the door"),
    )
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="allocations", verbose_name=_("statement")
    )
    amount = amount(_("amount"))
    day = models.DateField(_("day"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, related_name="reversed_by", null=True, verbose_name=_("reverses")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["id"]
        permissions = [("write_off", _("Can write off what does not come"))]
        constraints = [
            models.UniqueConstraint(
                fields=["door_payment"],
                name="allocation_of_the_door_once",
                condition=Q(door_payment__isnull=False, reverses__isnull=True),
            ),
            models.CheckConstraint(name="allocation_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="allocation_kind_known", condition=Q(kind__in=AllocationKind.values)
            ),
            models.CheckConstraint(
                name="allocation_of_a_receipt",
                condition=Q(kind=AllocationKind.PAYMENT, receipt__isnull=False)
                | (~Q(kind=AllocationKind.PAYMENT) & Q(receipt__isnull=True) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="allocation_of_the_door",
                condition=Q(kind=AllocationKind.DOOR, door_payment__isnull=False)
                | (~Q(kind=AllocationKind.DOOR) & Q(door_payment__isnull=True)),
            ),
            models.CheckConstraint(
                name="allocation_undone_with_reason",
                condition=Q(reverses__isnull=True) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.amount}"


class Cheque(Stamped):
    """A cheque from the promise to the money. It must be presented within ten days of drawing
    (票据法 Art. 91)."""

    payer = models.ForeignKey(
        Customer, models.PROTECT, related_name="cheques", verbose_name=_("payer")
    )
    amount = amount(_("amount"))
    collect_on = models.DateField(_("to be collected on"))
    number = models.CharField(_("cheque number"), max_length=20, blank=True)
    bank = models.CharField(_("drawn on"), max_length=80, blank=True)
    drawn_on = models.DateField(_("day of drawing"), null=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ChequeState, default=ChequeState.TO_COLLECT
    )
    moved_at = models.DateTimeField(_("last moved"))
    moved_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)
    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="cheque", null=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("cheque")
        verbose_name_plural = _("cheques")
        ordering = ["collect_on", "id"]
        permissions = [("handle_cheque", _("Can collect and present cheques"))]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "number"], name="cheque_once", condition=~Q(number="")
            ),
            models.CheckConstraint(name="cheque_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="cheque_state_known", condition=Q(state__in=ChequeState.values)
            ),
            models.CheckConstraint(
                name="cheque_in_hand_has_number",
                condition=Q(state__in=[ChequeState.TO_COLLECT, ChequeState.LAPSED])
                | (Q(drawn_on__isnull=False) & ~Q(number="") & ~Q(bank="")),
            ),
            models.CheckConstraint(
                name="cheque_cleared_has_receipt",
                condition=~Q(state=ChequeState.CLEARED) | Q(receipt__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.collect_on:%Y-%m-%d} {self.amount}"
