"""What the staff pages of cases share: who is asking, refusals beside their fields, own pages."""

from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken


def person(request: HttpRequest) -> User:
    """Who is signed in; the staff site lets nobody else in."""
    return cast(User, request.user)


def who(request: HttpRequest) -> dict[str, Any]:
    """Who acts and when, for a service."""
    return {"by": person(request), "at": timezone.now()}


def may(request: HttpRequest, codename: str) -> bool:
    return bool(request.user.has_perm(f"complaints.{codename}"))


def must_see(request: HttpRequest) -> None:
    """Whoever may not see cases at all finds nothing here."""
    if not may(request, "view_case"):
        raise Http404


def must(request: HttpRequest, codename: str) -> None:
    must_see(request)
    if not may(request, codename):
        raise PermissionDenied


def put_refusal(form: forms.Form, refusal: RuleBroken, **names: str) -> None:
    """Show a refusal beside the field at fault, or above the form. ``names``: what the form calls
    a field of the service."""
    field = names.get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, str(refusal.message))


class PageAdmin(StaffAdmin):
    """Adds never-cached pages, each behind the staff site's own door."""

    def own_pages(self) -> list[tuple[str, Any, str]]:
        """(address, view, name) of further pages."""
        return []

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(where, never_cache(self.admin_site.admin_view(view)), name=f"{prefix}_{name}")
            for where, view, name in self.own_pages()
        ]
        return [*own, *super().get_urls()]

    def page(
        self, request: HttpRequest, template: str, title: Any, **context: Any
    ) -> TemplateResponse:
        site = self.admin_site.each_context(request)
        return TemplateResponse(
            request, template, {**site, "title": title, "opts": self.opts, **context}
        )
