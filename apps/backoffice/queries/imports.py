"""Imports that a person may see."""

from typing import Any

from django.db.models import Q, QuerySet

from apps.backoffice.imports import Import, all_imports
from apps.backoffice.models import ImportFile
from apps.backoffice.rules.jobs import SEE_ALL


def imports_open_to(user: Any) -> list[Import]:
    """Kinds of files that this person may hand in."""
    return [one for one in all_imports().values() if user.has_perm(one.permission)]


def visible_imports(user: Any) -> QuerySet[ImportFile]:
    """Of each kind that one may import: what the kind says one sees, or all for whoever may."""
    every, seen = user.has_perm(SEE_ALL), Q(pk__in=[])
    for one in imports_open_to(user):
        seen |= Q(kind=one.name) if every else Q(one.seen_by(user), kind=one.name)
    return ImportFile.objects.filter(seen).select_related("uploaded_by", "taken_by", "job")
