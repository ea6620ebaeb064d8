"""Papers of an account change: scans of the opening of the new account, the comparison of banks."""

import secrets
from pathlib import PurePath
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import PaperKind
from apps.account_changes.models.change_projects import ChangeProject
from apps.core.models import AppendOnly


def paper_path(_instance: Any, filename: str) -> str:
    """A random name; only the checked extension of the original is kept."""
    token = secrets.token_hex(16)
    return f"account-changes/{token[:2]}/{token}{PurePath(filename).suffix.lower()[:5]}"


class ChangePaper(AppendOnly):
    """A scan as it came; ``sha256`` of its bytes is part of what is approved."""

    project = models.ForeignKey(ChangeProject, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=12, choices=PaperKind)
    file = models.FileField(_("file"), upload_to=paper_path, max_length=120)
    name = models.CharField(_("name"), max_length=160)
    content_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper of an account change")
        verbose_name_plural = _("papers of an account change")
        default_permissions = ()
        ordering = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="change_paper_kind_known", condition=Q(kind__in=PaperKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name
