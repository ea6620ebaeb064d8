"""Papers that a payer sends back: the stamped copy of a statement 盖章回传, what shows that a line is wrong."""

import secrets
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.billing.models.disputes import Dispute
from apps.billing.models.statements import Statement
from apps.core.models import AppendOnly


def paper_path(_instance: Any, filename: str) -> str:
    """A random name; only the checked extension of the original is kept."""
    token = secrets.token_hex(16)
    return f"statements/{token[:2]}/{token}{PurePath(filename).suffix.lower()[:5]}"


class StatementPaper(AppendOnly):
    """A PDF or picture as it came; with a dispute it belongs to what is disputed, without one it is the
    stamped copy. ``name`` is what the sender calls it."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="papers", verbose_name=_("statement")
    )
    dispute = models.ForeignKey(
        Dispute, models.PROTECT, related_name="papers", null=True, verbose_name=_("dispute")
    )
    file = models.FileField(_("file"), upload_to=paper_path, max_length=120)
    name = models.CharField(_("name"), max_length=160)
    content_type = models.CharField(max_length=40)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper of a payer")
        verbose_name_plural = _("papers of payers")
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
