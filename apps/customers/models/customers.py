"""The customer, who may see it, and which papers it has on file."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.core.models import MoneyField, Stamped
from apps.customers.enums import (
    AuthorisationState,
    CustomerStatus,
    FollowUpClass,
    HandoverState,
    Language,
    PaperChannel,
    SettlementMethod,
)
from apps.customers.models.on_file import Papers
from apps.customers.states import CUSTOMER_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import User

CODE = RegexValidator(
    r"^[A-Z0-9][A-Z0-9-]{1,19}$",
    _("A customer code is 2 to 20 capital letters, digits or hyphens."),
)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: "User") -> Self:
        """Customers of the user's units, those assigned to the user, and those it owns."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        scopes = self.model._meta.apps.get_model("customers", "CustomerScope").objects
        assigned = Exists(scopes.filter(customer=OuterRef("pk"), user=user.pk))
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(assigned)
        units = user.visible_unit_ids()
        if units is None:
            return self
        owned = Q(agent=user.pk) | Q(director=user.pk)
        return self.filter(Q(unit__in=units) | owned | assigned)

    def open_for_orders(self) -> Self:
        return self.exclude(status__in=[CustomerStatus.SUSPENDED, CustomerStatus.CLOSED])

    def sending_bulk_orders(self) -> Self:
        """Those whose daily order count is compared with what they say they sent (ORD-1)."""
        return self.open_for_orders().filter(sends_bulk_orders=True)

    def with_papers(self, at: datetime) -> Self:
        """Annotate the facts of ``Papers`` in the same query; read them by ``customer.papers(at)``."""
        from_models = self.model._meta.apps.get_model
        day = timezone.localdate(at)
        mine = {"customer": OuterRef("pk")}
        contracts = from_models("customers", "Contract").objects.filter(**mine)
        letters = from_models("customers", "DangerousGoodsLetter").objects.filter(**mine)
        forms = from_models("customers", "HandoverForm").objects.filter(**mine)
        verbal = from_models("customers", "VerbalAuthorisation").objects.filter(
            **mine, state=AuthorisationState.OPEN, given_at__lte=at
        )
        return self.annotate(
            paper_form=Exists(
                forms.filter(state=HandoverState.ACCEPTED, accepted_at__lte=at).filter(
                    Q(accepted_at__gt=OuterRef("reopened_at"))
                    | Exists(Customer.objects.filter(pk=OuterRef("customer"), reopened_at=None))
                )
            ),
            paper_contract=Exists(contracts.valid_on(day)),
            paper_letter=Exists(letters.valid_on(day)),
            paper_letter_expired=Exists(letters.filter(valid_until__lt=day)),
            paper_authorised_until=Subquery(verbal.values("deadline")[:1]),
        )


class Customer(Stamped):
    """A contract customer 合同客户: a company that entrusts shipments."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[CODE])
    name = models.CharField(_("company name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    english_name = models.CharField(_("English name"), max_length=160, blank=True)
    pinyin = models.CharField(_("pinyin"), max_length=600, blank=True, editable=False)
    pinyin_initials = models.CharField(
        _("pinyin initials"), max_length=160, blank=True, editable=False
    )
    # Everything the look-up finds by, in one trigram-indexed column, other readings included.
    search_text = models.TextField(_("search text"), blank=True, editable=False)

    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="customers", verbose_name=_("unit")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=CustomerStatus.choices,
        default=CustomerStatus.PROSPECT,
        editable=False,
    )
    status_reason = models.CharField(
        _("reason of the status"), max_length=300, blank=True, editable=False
    )
    key_account = models.BooleanField(_("key account"), default=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("customer-service agent"),
    )
    sales_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sales person"),
    )
    director = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("director in charge"),
        help_text=_("Owns the customer's orders during the trial period."),
    )
    trial_until = models.DateField(_("trial until"), null=True, blank=True, editable=False)
    # A company that comes back is handed over anew: forms accepted before this do not count.
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    settlement_method = models.CharField(
        _("settlement method"),
        max_length=16,
        choices=SettlementMethod.choices,
        default=SettlementMethod.MONTHLY,
    )
    settlement_cycle_days = models.PositiveSmallIntegerField(
        _("settlement cycle (days)"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(180)],
    )
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True)
    invoice_title = models.CharField(_("invoice title"), max_length=120, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)

    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    statement_channel = models.CharField(
        _("statements by"),
        max_length=10,
        choices=PaperChannel.choices,
        default=PaperChannel.EMAIL,
    )
    feedback_channel = models.CharField(
        _("feedback sheets by"),
        max_length=10,
        choices=PaperChannel.choices,
        default=PaperChannel.EMAIL,
    )
    follow_up_default = models.CharField(
        _("usual follow-up class"),
        max_length=1,
        choices=FollowUpClass.choices,
        blank=True,
        help_text=_("Leave empty to let each order decide."),
    )
    sends_bulk_orders = models.BooleanField(
        _("sends orders in bulk"),
        default=False,
        help_text=_("Each day the orders received are compared with the number it says it sent."),
    )
    notes = models.TextField(_("important notes"), blank=True, max_length=2000)

    # Set by ``with_papers``.
    paper_form: bool
    paper_contract: bool
    paper_letter: bool
    paper_letter_expired: bool
    paper_authorised_until: datetime | None

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["code"]
        indexes = [
            GinIndex(name="customer_search", fields=["search_text"], opclasses=["gin_trgm_ops"]),
            models.Index(
                name="customer_initials",
                fields=["pinyin_initials"],
                opclasses=["text_pattern_ops"],
            ),
            models.Index(name="customer_unit_status", fields=["unit", "status"]),
            models.Index(
                name="customer_trial_due",
                fields=["trial_until"],
                condition=Q(status=CustomerStatus.TRIAL),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_code_shape", condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]{1,19}$")
            ),
            models.CheckConstraint(name="customer_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_status_known", condition=Q(status__in=CustomerStatus.values)
            ),
            models.CheckConstraint(
                name="customer_trial_has_end_and_director",
                condition=~Q(status=CustomerStatus.TRIAL)
                | Q(trial_until__isnull=False, director__isnull=False),
            ),
            models.CheckConstraint(
                name="customer_stopped_with_reason",
                condition=~Q(status__in=[CustomerStatus.SUSPENDED, CustomerStatus.CLOSED])
                | ~Q(status_reason=""),
            ),
            models.CheckConstraint(
                name="customer_reopened_by_whom",
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True)
                | Q(reopened_at__isnull=False, reopened_by__isnull=False),
            ),
            models.CheckConstraint(
                name="customer_cycle_sane", condition=Q(settlement_cycle_days__lte=180)
            ),
            models.CheckConstraint(
                name="customer_credit_not_negative",
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0),
            ),
        ]
        permissions = [
            ("lookup_customer", _("Can look customers up for an order")),
            ("manage_trial", _("Can start, extend and end a customer's trial period")),
            ("suspend_customer", _("Can suspend, resume, close and reopen a customer")),
            ("reveal_contact", _("Can reveal a contact's personal data with a reason")),
            ("assign_customer", _("Can say which users see a customer")),
            ("import_customer", _("Can import customers and contacts from a spreadsheet")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.display_name}"

    @property
    def display_name(self) -> str:
        return self.short_name or self.name

    @property
    def is_stopped(self) -> bool:
        return self.status in (CustomerStatus.SUSPENDED, CustomerStatus.CLOSED)

    def on_trial(self, day: date) -> bool:
        """The trial's last day counts. A date that has passed ends it even before the sweeper."""
        return (
            self.status == CustomerStatus.TRIAL
            and self.trial_until is not None
            and day <= self.trial_until
        )

    def may_become(self, status: CustomerStatus) -> bool:
        return CUSTOMER_MOVES.allows(self.status, status)

    def papers(self, at: datetime) -> Papers:
        """One query, or none when the row came from ``with_papers(at)``."""
        row = (
            self
            if hasattr(self, "paper_form")
            else Customer.objects.with_papers(at).get(pk=self.pk)
        )
        return Papers(
            handover_accepted=row.paper_form,
            contract_valid=row.paper_contract,
            letter_valid=row.paper_letter,
            letter_expired=row.paper_letter_expired,
            authorised_until=row.paper_authorised_until,
        )
