"""The case 个案: whatever a customer brings, recorded once (CMP-1)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language, ObjectScope
from apps.complaints.enums import TROUBLE, CaseChannel, CaseClass, CaseState, Outcome, Severity
from apps.complaints.models.case_constraints import case_constraints
from apps.complaints.models.case_indexes import case_indexes
from apps.complaints.states import CASE_MOVES, LIVE, LIVE_VALUES
from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
# Long columns that no list shows.
HEAVY = (
    "description",
    "solution",
    "search_text",
    "search_grams",
    "name_parts",
    "contact_wechat",
    "source_key",
)


def _person() -> "models.ForeignKey[User | None, User | None]":
    """Who did it, at the time that stands above it."""
    return models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User") -> "CaseQuerySet":
        """The cases of this user's units and customers, and those this user owns."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        customers = Customer.objects.visible_to(user)
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(customer__in=customers)
        units = user.visible_unit_ids()
        if units is None:
            return self
        return self.filter(Q(unit__in=units) | Q(owner=user.pk) | Q(customer__in=customers))

    def live(self) -> "CaseQuerySet":
        """Somebody still has to do something about them."""
        return self.filter(state__in=LIVE_VALUES)

    def light(self) -> "CaseQuerySet":
        """Without the long columns, for lists."""
        return self.defer(*HEAVY)


class Case(Stamped):
    """Numbers look like CS20261125-48391527; the date is the day the case was opened.

    ``title`` and ``search_text`` are masked: they show in lists. What was said is in ``entries``.
    """

    PREFIX = "CS"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    case_class = models.CharField(_("class"), max_length=10, choices=CaseClass)
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity, default=Severity.ORDINARY
    )
    severity_reason = models.CharField(_("why this severity"), max_length=200, blank=True)
    is_direct = models.BooleanField(
        _("direct complaint"),
        default=False,
        help_text=_("The customer complained to us; the general manager hears of it too."),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CaseChannel)
    state = models.CharField(
        _("state"), max_length=10, choices=CaseState, default=CaseState.NEW, editable=False
    )
    # What e-mail, chat or a program call it: the same key opens one case.
    source_key = models.CharField(max_length=200, blank=True, editable=False)

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("customer"),
    )
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        verbose_name=_("waybill"),
    )
    order = models.ForeignKey(
        "orders.WorkOrder",
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        verbose_name=_("work order"),
    )
    contact_name = EncryptedTextField(_("contact's name"), blank=True, default="")
    contact_name_index = models.CharField(max_length=32, blank=True, editable=False)
    # Fingerprints of the parts of the name above, to find them by (ADR 15).
    name_parts = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, editable=False
    )
    contact_phone = EncryptedTextField(_("phone"), blank=True, default="")
    contact_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    contact_email = EncryptedTextField(_("e-mail"), blank=True, default="")
    contact_email_index = models.CharField(max_length=32, blank=True, editable=False)
    contact_wechat = EncryptedTextField(_("WeChat"), blank=True, default="")
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )

    title = models.CharField(_("subject"), max_length=120)
    description = EncryptedTextField(_("description"), blank=True, default="")
    search_text = models.TextField(blank=True, default="", editable=False)
    search_grams = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, editable=False
    )

    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="cases",
        db_index=False,
        verbose_name=_("unit"),
    )
    owner = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="owned_cases",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("owner"),
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, editable=False)
    assigned_by = _person()
    # First in the hands of the team that deals with it (CMP-2, "at once").
    handed_over_at = models.DateTimeField(_("handed to the team"), null=True, editable=False)
    handed_over_by = _person()
    reported_at = models.DateTimeField(_("reported to the leaders"), null=True, editable=False)
    reported_by = _person()
    first_answered_at = models.DateTimeField(_("first word given"), null=True, editable=False)
    first_answered_by = _person()
    planned_at = models.DateTimeField(_("plan told"), null=True, editable=False)
    planned_by = _person()
    waiting_at = models.DateTimeField(_("waiting since"), null=True, editable=False)
    waiting_by = _person()
    solved_at = models.DateTimeField(_("solved"), null=True, editable=False)
    solved_by = _person()
    confirmed_at = models.DateTimeField(_("result confirmed"), null=True, editable=False)
    confirmed_by = _person()
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = _person()
    reopened_at = models.DateTimeField(_("last reopened"), null=True, editable=False)
    reopened_by = _person()
    reopened_count = models.PositiveSmallIntegerField(
        _("times reopened"), default=0, editable=False
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    cancelled_by = _person()
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="absorbed",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("merged into"),
    )
    merged_at = models.DateTimeField(_("merged"), null=True, editable=False)
    merged_by = _person()

    cause = models.ForeignKey(
        "CauseNode",
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        verbose_name=_("cause"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    solution = EncryptedTextField(_("solution"), blank=True, default="")
    closing_note = models.CharField(_("closing note"), max_length=300, blank=True)
    satisfied_score = models.PositiveSmallIntegerField(_("satisfaction, 1–5"), null=True)
    satisfied_at = models.DateTimeField(_("rated"), null=True, editable=False)
    satisfied_by = _person()
    # The customer had the last word and nobody has answered yet.
    awaits_answer = models.BooleanField(_("waits for our answer"), default=False, editable=False)
    updated_at = models.DateTimeField(_("last activity"), editable=False)
    # Counts what is saved on the case itself; a save based on an older one is refused.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-id"]
        permissions = [
            ("handle_case", _("Can work on cases: answer, call, promise, solve")),
            ("assign_case", _("Can give cases to others")),
            ("merge_case", _("Can merge, split and link cases")),
            ("close_case", _("Can close and reopen cases")),
            ("cancel_case", _("Can cancel cases opened by mistake")),
            ("reveal_case", _("Can reveal names, phones and messages in a case, with a reason")),
            ("export_case", _("Can export lists of cases")),
            ("view_praise", _("Can see whom customers praise among those one leads")),
        ]
        indexes = case_indexes()
        constraints = [
            models.UniqueConstraint(
                fields=["source_key"], name="case_source_once", condition=~Q(source_key="")
            ),
            *case_constraints(),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_trouble(self) -> bool:
        """Complaint, loss or damage: the complaint team's business, reported to the leaders."""
        return self.case_class in TROUBLE

    def may_become(self, state: CaseState) -> bool:
        return CASE_MOVES.allows(self.state, state)
