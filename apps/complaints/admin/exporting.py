"""Lists as xlsx and csv (CMP-1)."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.backoffice.acting import PageAdmin
from apps.complaints import services
from apps.complaints.admin.access import must
from apps.complaints.admin.lists import LIST
from apps.complaints.forms.lists import ListForm
from apps.complaints.queries.exporting import (
    HEADINGS,
    MOST_ROWS,
    export_rows,
    exported,
    is_too_long,
)
from apps.core.sheets import fill_xlsx, stream_csv

IN_MEMORY = 2 * 1024 * 1024


class ExportPages(PageAdmin):
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST with the filters of the list and ``format``; on record before the first row leaves."""
        must(request, "export_case")
        if request.method != "POST":
            return redirect(LIST)
        list_form = ListForm(request.POST, user=person(request))
        cases = exported(person(request), list_form.filters, list_form.overdue_now)
        if is_too_long(cases):
            messages.error(
                request,
                _("More than %(most)d cases: choose a shorter time or a unit, then export again.")
                % {"most": MOST_ROWS},
            )
            return redirect(f"{reverse(LIST)}?{urlencode(list_form.query)}")
        form = "csv" if request.POST.get("format") == "csv" else "xlsx"
        services.note_export(kind="case.exported", query=list_form.query, form=form, **who(request))
        return as_file("cases", HEADINGS, export_rows(cases), _("Cases"), form)


def as_file(
    name: str, headings: Sequence[Any], rows: Iterable[Sequence[Any]], title: str, form: str
) -> HttpResponseBase:
    """The rows as a download, ``form`` csv or xlsx; never kept by anybody on the way."""
    called = f"{name}-{timezone.localtime():%Y%m%d-%H%M}.{form}"
    answer: HttpResponseBase
    if form == "csv":
        answer = StreamingHttpResponse(
            stream_csv(headings, rows), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{called}"'
    else:
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
        fill_xlsx(file, headings, rows, title=title)
        file.seek(0)
        answer = FileResponse(file, as_attachment=True, filename=called)
    answer["Cache-Control"] = "no-store"
    return answer
