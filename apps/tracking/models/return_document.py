"""The signed original 回单 on its way back, filed, and in the end destroyed (TRK-6)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.tracking.enums import DocumentState, FilingPlace

OUTSTANDING = (
    DocumentState.EXPECTED,
    DocumentState.COLLECTED,
    DocumentState.IN_TRANSIT_BACK,
    DocumentState.RECEIVED_AT_ORIGIN,
    DocumentState.MISSING,
)
RETENTION_YEARS = {FilingPlace.ORIGIN: 2, FilingPlace.DESTINATION: 1}


class DocumentQuerySet(models.QuerySet["ReturnDocument"]):
    def outstanding(self) -> "DocumentQuerySet":
        """Signed for, but not filed yet."""
        return self.filter(state__in=OUTSTANDING, owed_since__isnull=False)


class ReturnDocument(models.Model):
    """Where the signed document of one waybill is. ``owed_since`` is the delivery."""

    waybill = models.OneToOneField(
        "tracking.Waybill",
        models.PROTECT,
        related_name="return_document",
        verbose_name=_("waybill"),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=DocumentState, default=DocumentState.EXPECTED
    )
    owed_since = models.DateTimeField(_("owed since"), null=True, blank=True)
    moved_on = models.DateTimeField(_("in this state since"), db_default=Now())
    place = models.CharField(_("where it is"), max_length=120, blank=True)
    filing_place = models.CharField(
        _("filed at"), max_length=12, choices=FilingPlace, default=FilingPlace.ORIGIN
    )
    filed_at = models.DateTimeField(_("filed on"), null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("filed by"),
    )
    location = models.CharField(_("shelf, box, sheet"), max_length=120, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("return document")
        verbose_name_plural = _("return documents")
        ordering = ["owed_since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(state__in=[DocumentState.FILED, DocumentState.DESTROYED])
                    & Q(filed_at__isnull=False, filed_by__isnull=False)
                    & ~Q(location="")
                )
                | (
                    ~Q(state__in=[DocumentState.FILED, DocumentState.DESTROYED])
                    & Q(filed_at__isnull=True, filed_by__isnull=True, location="")
                ),
                name="document_filed_somewhere_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owed_since"],
                name="document_outstanding",
                condition=Q(state__in=OUTSTANDING, owed_since__isnull=False),
            ),
            models.Index(
                fields=["filing_place", "filed_at"],
                name="document_by_retention",
                condition=Q(state=DocumentState.FILED),
            ),
        ]
        permissions = [
            ("move_returndocument", _("Can follow return documents back and file them")),
            ("destroy_returndocument", _("Can destroy filed documents after their time")),
        ]

    def __str__(self) -> str:
        return str(self.waybill)

    @property
    def retention_due(self) -> datetime | None:
        """The first moment at which the rule lets it be destroyed; None until it is filed."""
        if self.filed_at is None:
            return None
        return years_later(self.filed_at, retention_years(self.filing_place))


def retention_years(filing_place: str) -> int:
    """Full years a filed document is kept at least: 2, at the destination 1, by setting."""
    setting = getattr(settings, "RETURN_DOCUMENT_YEARS", {})
    return int(setting.get(filing_place, RETENTION_YEARS[FilingPlace(filing_place)]))


def years_later(moment: datetime, years: int) -> datetime:
    """The same day ``years`` on, or back when negative. What 29 February has no match for goes
    the careful way: 1 March ahead, 28 February back."""
    year = moment.year + years
    try:
        return moment.replace(year=year)
    except ValueError:
        return (
            moment.replace(year=year, month=3, day=1)
            if years > 0
            else moment.replace(year=year, day=28)
        )


class ReturnDocumentMove(AppendOnly):
    """One step of a document's way, written once."""

    document = models.ForeignKey(
        ReturnDocument, models.PROTECT, related_name="moves", verbose_name=_("return document")
    )
    from_state = models.CharField(_("from"), max_length=20, choices=DocumentState)
    to_state = models.CharField(_("to"), max_length=20, choices=DocumentState)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("unit"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move of a return document")
        verbose_name_plural = _("moves of return documents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.document_id} {self.from_state}→{self.to_state}"
