"""What the staff pages of orders share: who is asking, forms that come back, acts as POST pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.orders.forms import ConfirmForm


def person(request: HttpRequest) -> User:
    """The signed-in person; ``admin_view`` lets nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101  # admin_view has checked it
    return request.user


def must(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(f"orders.{permission}"):
        raise PermissionDenied


def put_refusal(form: forms.Form, refusal: RuleBroken) -> None:
    """Show a refusal beside the field at fault, or above the form."""
    known = refusal.field if refusal.field in form.fields else None
    form.add_error(known, str(refusal.message))


@dataclass(frozen=True)
class Act:
    """One thing to do to a record: a page that says what will happen, and a POST."""

    label: Any
    explains: Any
    permission: str
    run: Callable[..., Any]  # run(record, cleaned_data, request)
    done: Any
    form: type[forms.Form] = ConfirmForm
    needs_user: bool = False
    danger: bool = False
    initial: Callable[[Any], dict[str, Any]] = lambda _record: {}
    may: Callable[[Any], bool] = lambda _record: True
    button: Any = ""  # what the button says, where that is not the label


class PageAdmin(StaffAdmin):
    """Adds never-cached pages, each behind the admin's own door."""

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
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                **context,
            },
        )

    def act_page(self, request: HttpRequest, act: Act, record: Any, back: str) -> HttpResponse:
        """GET shows the form, POST does it; what is refused comes back with what was typed."""
        must(request, act.permission)
        if not act.may(record):
            messages.warning(request, act.label)
            return redirect(back)
        extra: dict[str, Any] = {"user": person(request)} if act.needs_user else {}
        data = request.POST if request.method == "POST" else None
        form = act.form(data, initial=act.initial(record), **extra)
        if data is not None and form.is_valid():
            try:
                answer = act.run(record, form.cleaned_data, request)
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                if isinstance(answer, HttpResponse):
                    return answer
                messages.success(request, act.done)
                return HttpResponseRedirect(back)
        return self.page(
            request, "orders/act.html", act.label, act=act, record=record, form=form, back=back
        )
