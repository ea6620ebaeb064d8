"""Appeals are worked on where their cases are: the addresses of their records lead there."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.accounts.staff import person
from apps.appeals.models import Appeal
from apps.backoffice.staff_admin import StaffAdmin
from apps.complaints.models import Case


@admin.register(Appeal)
class AppealAdmin(StaffAdmin):
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(reverse("admin:complaints_case_changelist") + "?view=appeals")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        known = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        cases = Case.objects.visible_to(person(request))
        case = cases.filter(appeal=int(object_id)).only("number").first() if known else None
        if case is None:
            raise Http404
        return redirect("admin:complaints_case_page", case.number)
