"""Files on their way to a person: never cached on the way, never taken for a page."""

from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.exports import Export, Query
from apps.backoffice.services.exporting import export_list
from apps.core.downloads import UNKNOWN, private_file

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX_TYPE, "csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def as_download(file: IO[bytes], name: str) -> FileResponse:
    """The open file under ``name``, of the type that its ending says; the answer closes it."""
    kind = TYPES.get(name.rpartition(".")[2], UNKNOWN)
    return private_file(file, name=name, content_type=kind)


def export_answer(request: HttpRequest, export: Export, query: Query) -> HttpResponseBase:
    """What a list's export button gets: the file, or the way to the job that makes it. ``format``
    is posted. Raises RuleBroken for whoever may not."""
    form = str(request.POST.get("format") or "xlsx")
    by: Any = request.user
    made = export_list(export=export, query=query, form=form, by=by, at=timezone.now())
    if isinstance(made, tuple):
        name, file = made
        return as_download(file, name)
    messages.success(request, _("It is long, so a job makes the file. It can be fetched here."))
    return HttpResponseRedirect(reverse("admin:backoffice_job_change", args=[made.pk]))
