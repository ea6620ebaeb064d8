"""The list of cases as xlsx and csv (CMP-1)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.backoffice.downloads import export_answer
from apps.complaints.admin.access import must
from apps.complaints.admin.lists import LIST
from apps.complaints.forms.lists import ListForm
from apps.complaints.jobs import CASES


class ExportPages(PageAdmin):
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST with the filters of the list and ``format``."""
        must(request, "export_case")
        if request.method != "POST":
            return redirect(LIST)
        return export_answer(request, CASES, ListForm(request.POST, user=person(request)).query)
