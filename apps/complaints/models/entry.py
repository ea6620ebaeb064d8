"""The conversation of a case: every channel, calls, notes, files, in one timeline (CMP-1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.complaints.enums import CaseChannel, EntryKind, LinkKind
from apps.complaints.models.case import Case
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly

FROM_CUSTOMER = (EntryKind.MESSAGE_IN, EntryKind.CALL_IN)
TO_CUSTOMER = (EntryKind.MESSAGE_OUT, EntryKind.CALL_OUT, EntryKind.PLAN, EntryKind.SOLUTION)
# What never leaves the company.
INTERNAL = (EntryKind.NOTE, EntryKind.REPORT, EntryKind.PROMISE, EntryKind.SYSTEM)
CALLS = (EntryKind.CALL_IN, EntryKind.CALL_OUT)


class CaseEntry(AppendOnly):
    """What was said or noted, word for word; encrypted, written once."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("case")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    channel = models.CharField(_("channel"), max_length=10, choices=CaseChannel, blank=True)
    text = EncryptedTextField(_("text"), blank=True, default="")
    is_internal = models.BooleanField(_("internal"), default=False)
    # Calls only: whether the other side was on the line.
    is_reached = models.BooleanField(_("reached"), null=True)
    # Who spoke, masked, when it was not the one who wrote it down.
    author_label = models.CharField(_("said by"), max_length=80, blank=True)
    # By mail, from the customer's address, which anybody could have written there.
    is_unverified = models.BooleanField(_("sender not verified"), default=False)
    # What e-mail or chat call it: the same message is taken in once.
    external_id = models.CharField(max_length=200, blank=True, editable=False)
    # The case in which the customer wrote it, where that one had been merged into this: another
    # person's page must not show it.
    original_case = models.ForeignKey(
        Case, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    # A part that was split off keeps where it came from.
    copied_from = models.ForeignKey(
        "self", models.PROTECT, related_name="copies", null=True, editable=False
    )
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("case entry")
        verbose_name_plural = _("case entries")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at", "id"], name="caseentry_timeline")]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], name="caseentry_once", condition=~Q(external_id="")
            ),
            models.CheckConstraint(
                name="caseentry_kind_known", condition=Q(kind__in=EntryKind.values)
            ),
            models.CheckConstraint(
                name="caseentry_internal_agrees",
                condition=Q(kind__in=INTERNAL, is_internal=True)
                | (~Q(kind__in=INTERNAL) & Q(is_internal=False))
                | Q(kind=EntryKind.FILE),
            ),
            models.CheckConstraint(
                name="caseentry_only_theirs_unverified",
                condition=Q(is_unverified=False) | Q(kind=EntryKind.MESSAGE_IN),
            ),
            models.CheckConstraint(
                name="caseentry_call_says_reached",
                condition=Q(kind__in=CALLS, is_reached__isnull=False)
                | (~Q(kind__in=CALLS) & Q(is_reached__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseFile(AppendOnly):
    """A file of an entry: pictures drawn anew without metadata, the rest sniffed by content."""

    entry = models.ForeignKey(
        CaseEntry, models.PROTECT, related_name="files", verbose_name=_("entry")
    )
    # Asked for by this, never by a running number.
    key = models.UUIDField(_("key"), unique=True)
    path = models.CharField(_("file"), max_length=120)
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("case file")
        verbose_name_plural = _("case files")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.key}"


class CaseLink(models.Model):
    """Two cases that belong together; the one opened first stands first."""

    first = models.ForeignKey(Case, models.PROTECT, related_name="links_out")
    second = models.ForeignKey(Case, models.PROTECT, related_name="links_in")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind)
    linked_at = models.DateTimeField(_("linked"))
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("link between cases")
        verbose_name_plural = _("links between cases")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="caselink_once"),
            models.CheckConstraint(
                name="caselink_first_is_older", condition=Q(first__lt=models.F("second"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class CaseReader(models.Model):
    """Who has a case open right now; for the warning that somebody else is at it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen"))
    is_writing = models.BooleanField(_("writing"), default=False)

    class Meta:
        verbose_name = _("reader of a case")
        verbose_name_plural = _("readers of cases")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="casereader_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"
