"""Pages of one record with what one may do about it beside it: each act is a form that posts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.staff_admin import StaffAdmin, timeline_rows
from apps.core.errors import RuleBroken


def person(request: HttpRequest) -> User:
    """Who is signed in; the staff site lets nobody else in."""
    return cast(User, request.user)


@dataclass(frozen=True)
class Act:
    """One thing to do. ``run`` gets the record, the clean values, and who and when."""

    name: str
    title: Any
    form: type[forms.Form]
    permission: str
    run: Callable[..., Any]
    done: Any
    when: Callable[[Any], bool] = lambda _subject: True
    initial: Callable[[Any], dict[str, Any]] = lambda _subject: {}
    about: Callable[[Any], dict[str, Any]] = lambda _subject: {}
    danger: bool = False


@dataclass
class OpenAct:
    act: Act
    form: forms.Form
    open: bool


class ActingAdmin(StaffAdmin):
    """A page per record: facts, acts, timeline. A refused act comes back as it was typed."""

    acts: tuple[Act, ...] = ()
    page_template = ""

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        """What the template shows besides the record itself."""
        return {}

    def history_of(self, subject: Any) -> Any:
        """Whose timeline the page ends with."""
        return subject

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        subject = self.get_object(request, object_id)
        if subject is None:
            raise Http404
        if not self.has_view_permission(request, subject):
            raise PermissionDenied
        posted = request.POST.get("act", "") if request.method == "POST" else ""
        opened = [self._open(request, act, subject, posted) for act in self._acts(request, subject)]
        if request.method == "POST":
            tried = next((o for o in opened if o.act.name == posted), None)
            if tried is None:
                raise PermissionDenied
            answer = self._try(request, tried, subject)
            if answer is not None:
                return answer
        return self._page(request, subject, opened)

    def _acts(self, request: HttpRequest, subject: Any) -> list[Act]:
        return [
            act for act in self.acts if request.user.has_perm(act.permission) and act.when(subject)
        ]

    def _open(self, request: HttpRequest, act: Act, subject: Any, posted: str) -> OpenAct:
        bound = act.name == posted
        form = act.form(
            request.POST if bound else None,
            request.FILES if bound else None,
            prefix=act.name,
            initial=act.initial(subject),
            **act.about(subject),
        )
        return OpenAct(act, form, bound)

    def _try(
        self, request: HttpRequest, tried: OpenAct, subject: Any
    ) -> HttpResponseRedirect | None:
        if not tried.form.is_valid():
            return None
        try:
            tried.act.run(subject, tried.form, by=person(request), at=timezone.now())
        except RuleBroken as refusal:
            field = refusal.field if refusal.field in tried.form.fields else None
            tried.form.add_error(field, str(refusal))
            return None
        messages.success(request, tried.act.done)
        return redirect(request.path)

    def _page(self, request: HttpRequest, subject: Any, opened: list[OpenAct]) -> TemplateResponse:
        wrong = any(o.form.errors for o in opened)
        return TemplateResponse(
            request,
            self.page_template,
            {
                **self.admin_site.each_context(request),
                "opts": self.model._meta,
                "title": str(self.model._meta.verbose_name),
                "original": subject,
                "subject": subject,
                "acts": opened,
                "timeline": timeline_rows(self.history_of(subject), self.timeline_limit),
                **self.facts(request, subject),
            },
            status=422 if wrong else 200,
        )
