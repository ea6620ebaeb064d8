"""Accounts that we pay into: asked for, called back, approved, waited for, and only then used (COD-6)."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.accounts.models import Unit
from apps.banking.enums import Meanwhile, NameCheck, PayeeState, PayoutPurpose
from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = PayeeState
# On the way to being used; one of a customer and purpose at a time.
UNDER_WAY = (S.REQUESTED, S.CALLED_BACK, S.COOLING)
OVER = (S.STOPPED, S.LAPSED, S.ENDED)


class PayeeAccountQuerySet(models.QuerySet["PayeeAccount"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the customers this user may see, and of private persons in this user's units."""
        return self.filter(seen_by(user))


def seen_by(user: "User", path: str = "") -> Q:
    """The condition of ``visible_to``; ``path`` leads from the rows that are filtered to their account."""
    customers = Q(**{f"{path}customer__in": Customer.objects.visible_to(user)})
    if not user.is_authenticated or not user.is_active or user.scope == ObjectScope.CUSTOMERS:
        return customers
    units = user.visible_unit_ids()
    private = Q(**{f"{path}customer": None})
    return customers | (private if units is None else private & Q(**{f"{path}unit__in": units}))


class PayeeAccount(Stamped):
    """An account of a customer that we pay into, or of a private person for one thing that we owe them
    (``subject_type``, ``subject_id``: a row of a floor above). What it says is never changed (a trigger refuses it):
    another account is another row, the next ``version`` of its customer and purpose.

    It is an answer only while ``active``; ``banking.queries.payee_account_for`` is the one place that asks.
    """

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        related_name="payee_accounts",
        verbose_name=_("customer"),
    )
    # Of a private person: what alone is paid to it, and whose unit deals with it.
    subject_type = models.CharField(max_length=60, blank=True, editable=False)
    subject_id = models.CharField(max_length=40, blank=True, editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("unit")
    )
    purpose = models.CharField(
        _("for"), max_length=8, choices=PayoutPurpose.choices, default=PayoutPurpose.COD
    )
    version = models.PositiveIntegerField(_("version"), editable=False)
    holder = models.CharField(_("account holder"), max_length=120)
    bank = models.CharField(_("bank"), max_length=60)
    branch = models.CharField(_("branch"), max_length=80)
    cnaps = models.CharField(
        _("CNAPS code"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{12}$", _("A CNAPS code has 12 digits."))],
    )
    number = EncryptedTextField(_("account number"))
    number_index = models.CharField(max_length=32, editable=False)
    tail = models.CharField(_("last digits"), max_length=4, editable=False)
    name_check = models.CharField(
        _("holder's name"), max_length=6, choices=NameCheck.choices, editable=False
    )
    meanwhile = models.CharField(
        _("until it is in use, money due is"),
        max_length=4,
        choices=Meanwhile.choices,
        default=Meanwhile.OLD,
        help_text=_("As the contract says."),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=S.choices, default=S.REQUESTED, editable=False
    )
    requested_at = models.DateTimeField(_("asked for"), editable=False)
    # The customer's own key of a request by the API: the same request sent twice is one.
    source_key = models.CharField(max_length=80, blank=True, editable=False)
    called_at = models.DateTimeField(_("called back"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    cooling_until = models.DateTimeField(_("waits until"), null=True, editable=False)
    active_at = models.DateTimeField(_("in use since"), null=True, editable=False)
    over_at = models.DateTimeField(_("over since"), null=True, editable=False)
    over_by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("ended by"),
    )
    over_reason = models.CharField(_("why it ended"), max_length=200, blank=True, editable=False)

    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["number_index"], name="payee_number"),
            models.Index(
                fields=["cooling_until"], name="payee_cooling", condition=Q(state=S.COOLING)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "purpose", "version"], name="payee_version_once"
            ),
            models.UniqueConstraint(
                fields=["customer", "purpose"],
                name="payee_one_active",
                condition=Q(state=S.ACTIVE),
            ),
            models.UniqueConstraint(
                fields=["customer", "purpose"],
                name="payee_one_under_way",
                condition=Q(state__in=UNDER_WAY),
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                name="payee_one_of_a_subject",
                condition=Q(customer=None, state__in=[S.REQUESTED, S.ACTIVE]),
            ),
            models.CheckConstraint(
                name="payee_of_one",
                condition=Q(customer__isnull=False, subject_type="", subject_id="", unit=None)
                | Q(customer=None, unit__isnull=False, purpose=PayoutPurpose.CLAIM)
                & ~Q(subject_type="")
                & ~Q(subject_id=""),
            ),
            models.UniqueConstraint(
                fields=["customer", "source_key"],
                name="payee_source_once",
                condition=~Q(source_key=""),
            ),
            models.CheckConstraint(name="payee_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="payee_purpose_known", condition=Q(purpose__in=PayoutPurpose.values)
            ),
            models.CheckConstraint(
                name="payee_complete",
                condition=~Q(number_index="")
                & ~Q(holder="")
                & (Q(cnaps__regex=r"^\d{12}$") | Q(customer=None, cnaps="")),
            ),
            models.CheckConstraint(
                name="payee_cooling_agrees",
                condition=Q(
                    approved_at__isnull=True,
                    cooling_until__isnull=True,
                    state__in=[S.REQUESTED, S.CALLED_BACK, S.STOPPED, S.LAPSED],
                )
                | Q(
                    approved_at__isnull=False,
                    cooling_until__gt=models.F("approved_at"),
                    called_at__isnull=False,
                    state__in=[S.COOLING, S.ACTIVE, S.STOPPED, S.ENDED],
                )
                # A private person's: nothing was paid elsewhere before, so nobody can lead it astray.
                | Q(
                    customer=None,
                    approved_at=None,
                    cooling_until=None,
                    state__in=[S.REQUESTED, S.ACTIVE, S.STOPPED, S.ENDED],
                ),
            ),
            models.CheckConstraint(
                name="payee_active_agrees",
                condition=Q(state__in=[S.ACTIVE, S.ENDED], active_at__isnull=False)
                | Q(state=S.STOPPED)
                | Q(state__in=[*UNDER_WAY, S.LAPSED], active_at__isnull=True),
            ),
            models.CheckConstraint(
                name="payee_over_agrees",
                condition=Q(
                    ~Q(over_reason=""),
                    state__in=OVER,
                    over_at__isnull=False,
                    over_by__isnull=False,
                )
                | Q(
                    state__in=[*UNDER_WAY, S.ACTIVE],
                    over_at__isnull=True,
                    over_by__isnull=True,
                    over_reason="",
                ),
            ),
        ]
        permissions = [
            ("request_payeeaccount", _("Can ask for a payout account")),
            ("call_payeeaccount", _("Can write down a call-back about a payout account")),
            ("stop_payeeaccount", _("Can stop a payout account")),
            ("reveal_payeeaccount", _("Can reveal the number of a payout account with a reason")),
            ("approve_payeeaccount", _("Can approve a payout account")),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.whom} · {self.masked}"

    @property
    def whom(self) -> str:
        """Whom it pays: the customer, or the private person by name."""
        return str(self.customer) if self.customer is not None else self.holder

    @property
    def masked(self) -> str:
        return f"**** {self.tail}"

    def is_waiting(self, at: datetime) -> bool:
        """Whether its waiting time is not over yet."""
        return (
            self.state == S.COOLING and self.cooling_until is not None and at < self.cooling_until
        )
