"""Papers carried to customers: who took which one along when, and who signed for it (BIL-4)."""

import secrets
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import PaperKind, PaperState
from apps.billing.models.dunning import DunningNotice
from apps.billing.models.invoices import Invoice
from apps.billing.models.statements import Statement
from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
P = PaperState
UNDER_WAY = [P.PLANNED, P.TAKEN]
PAPERS = ("invoice", "statement", "letter")


def signature_path(_instance: Any, filename: str) -> str:
    """A random name; only the checked extension of the original is kept."""
    token = secrets.token_hex(16)
    return f"signatures/{token[:2]}/{token}{PurePath(filename).suffix.lower()[:5]}"


class PaperDeliveryQuerySet(models.QuerySet["PaperDelivery"]):
    def visible_to(self, user: "User") -> Self:
        """Those to payers this user may see, and those they carry themselves."""
        mine = Q(carrier=user.pk) if user.is_authenticated else Q()
        return self.filter(Q(bill_to__in=Customer.objects.visible_to(user)) | mine)


class PaperDelivery(Stamped):
    """One paper on the round of one person and day. A driver without a sign-in of their own is a name,
    and their signature a picture; a colleague takes it along by their own hand in this system."""

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="deliveries", null=True, verbose_name=_("invoice")
    )
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="deliveries", null=True, verbose_name=_("statement")
    )
    letter = models.ForeignKey(
        DunningNotice,
        models.PROTECT,
        related_name="deliveries",
        null=True,
        verbose_name=_("dunning letter"),
    )
    bill_to = models.ForeignKey(
        Customer, models.PROTECT, related_name="paper_deliveries", verbose_name=_("payer")
    )
    round_on = models.DateField(_("day of the round"))
    carrier = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("carried by")
    )
    driver = models.CharField(_("driver"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=P, default=P.PLANNED)
    taken_at = models.DateTimeField(_("taken along"), null=True)
    taken_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("handed out by")
    )
    taken_signature = models.FileField(
        _("signature of who took it"), upload_to=signature_path, max_length=120, blank=True
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    # When the customer signed, which is noted later.
    received_at = models.DateTimeField(_("signed for"), null=True)
    received_by = EncryptedTextField(_("who signed for it"), blank=True, default="")
    received_signature = models.FileField(
        _("signature of the customer"), upload_to=signature_path, max_length=120, blank=True
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PaperDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper on a round")
        verbose_name_plural = _("papers on rounds")
        ordering = ["-round_on", "-id"]
        default_permissions = ("view",)
        permissions = [
            ("plan_round", _("Can put papers on rounds")),
            ("carry_paper", _("Can take papers along and note who signed for them")),
        ]
        indexes = [models.Index(fields=["-round_on", "-id"], name="paper_newest_round")]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=[paper],
                    name=f"paper_one_round_{paper}",
                    condition=Q(state__in=UNDER_WAY, **{f"{paper}__isnull": False}),
                )
                for paper in PAPERS
            ),
            models.CheckConstraint(
                name="paper_of_one_thing",
                condition=Q(invoice__isnull=False, statement__isnull=True, letter__isnull=True)
                | Q(invoice__isnull=True, statement__isnull=False, letter__isnull=True)
                | Q(invoice__isnull=True, statement__isnull=True, letter__isnull=False),
            ),
            models.CheckConstraint(name="paper_state_known", condition=Q(state__in=P.values)),
            models.CheckConstraint(
                name="paper_carried_by_one",
                condition=Q(carrier__isnull=False, driver="")
                | (Q(carrier__isnull=True) & ~Q(driver="")),
            ),
            models.CheckConstraint(
                name="paper_taken_agrees",
                condition=Q(
                    state__in=[P.PLANNED, P.CALLED_OFF],
                    taken_at__isnull=True,
                    taken_by__isnull=True,
                    taken_signature="",
                )
                | Q(
                    state__in=[P.TAKEN, P.DELIVERED, P.RETURNED],
                    taken_at__isnull=False,
                    taken_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="paper_driver_signed",
                condition=Q(taken_at__isnull=True)
                | Q(carrier__isnull=False, carrier=models.F("taken_by"))
                | ~Q(taken_signature=""),
            ),
            models.CheckConstraint(
                name="paper_ended_agrees",
                condition=Q(state__in=UNDER_WAY, ended_at__isnull=True, ended_by__isnull=True)
                | (~Q(state__in=UNDER_WAY) & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="paper_delivered_agrees",
                condition=Q(state=P.DELIVERED, received_at__isnull=False, reason="")
                | (~Q(state=P.DELIVERED) & Q(received_at__isnull=True, received_signature="")),
            ),
            models.CheckConstraint(
                name="paper_ended_with_reason",
                condition=~Q(state__in=[P.RETURNED, P.CALLED_OFF]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind.label} {self.paper}"

    @property
    def kind(self) -> PaperKind:
        if self.invoice_id:
            return PaperKind.INVOICE
        return PaperKind.STATEMENT if self.statement_id else PaperKind.LETTER

    @property
    def paper(self) -> Invoice | Statement | DunningNotice:
        found = self.invoice or self.statement or self.letter
        if found is None:
            raise TypeError("a constraint says that it is one of them")
        return found

    @property
    def carried_by(self) -> str:
        return self.driver or str(self.carrier)
