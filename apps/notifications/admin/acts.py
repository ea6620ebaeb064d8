"""What one can do to a record: a small page that says what will happen, and a POST."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.notifications.forms import ConfirmForm, dress


def _always(_record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Act:
    name: str
    label: Any
    explains: Any
    permission: str  # codename in this app
    run: Callable[[Any, Mapping[str, Any], dict[str, Any]], Any]  # record, typed, by and at
    done: Any = ""
    form: type[forms.Form] = ConfirmForm
    may: Callable[[Any], bool] = _always
    initial: Callable[[Any], dict[str, Any]] | None = None
    danger: bool = False
    shows: str = ""  # template of the answer, when the act shows something
    # What would come of it, for a part of the page that is shown before anything is saved.
    preview: Callable[[Any, Mapping[str, Any]], dict[str, Any]] | None = None


@dataclass
class Entry:
    """A new record: a form on a page of its own, saved by one service call."""

    title: Any
    explains: Any
    permission: str
    form: type[forms.Form]
    run: Callable[[Mapping[str, Any], dict[str, Any]], Any]
    done: Any = ""
    initial: Callable[[], dict[str, Any]] | None = None


class ActingAdmin(StaffAdmin):
    """Adds ``<id>/do/<act>/`` pages for ``acts``, and an add page for ``entry``. A record that
    ``get_queryset`` hides is “not found”."""

    acts: Sequence[Act] = ()
    entry: Entry | None = None

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.act_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:record_id>/do/<slug:act_name>/", view, name=name), *super().get_urls()]

    def may(self, request: HttpRequest, codename: str) -> bool:
        return bool(request.user.has_perm(f"notifications.{codename}"))

    def offered(self, request: HttpRequest, record: Model) -> list[Act]:
        return [a for a in self.acts if self.may(request, a.permission) and a.may(record)]

    def page_of(self, record: Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]
        )

    def seen(self, request: HttpRequest, record_id: int) -> Any:
        return get_object_or_404(self.get_queryset(request), pk=record_id)

    def act_view(self, request: HttpRequest, record_id: int, act_name: str) -> HttpResponse:
        act = next((a for a in self.acts if a.name == act_name), None)
        if act is None:
            raise Http404
        record = self.seen(request, record_id)
        if not self.may(request, act.permission):
            raise PermissionDenied
        if not act.may(record):
            messages.warning(request, _("This is not possible any more: someone was quicker."))
            return redirect(self.page_of(record))
        posted = request.POST if request.method == "POST" else None
        initial = act.initial(record) if act.initial else {}
        form = dress(act.form(posted, initial=initial))
        more: dict[str, Any] = {"danger": act.danger, "can_preview": act.preview is not None}
        if posted is not None and form.is_valid():
            if act.preview is not None and "preview" in posted:
                shown, _refused = _attempt(form, lambda: act.preview(record, form.cleaned_data))  # type: ignore[misc]  # asked just above
                more |= shown or {}
            else:
                result, refused = _attempt(
                    form, lambda: act.run(record, form.cleaned_data, _who(request))
                )
                if not refused:
                    return self._answer(request, act, record, result)
        return self._form_page(request, act.label, act.explains, form, record, **more)

    def _answer(self, request: HttpRequest, act: Act, record: Any, result: Any) -> HttpResponse:
        if act.shows:
            context = {
                **self.admin_site.each_context(request),
                "title": act.label,
                "record": record,
                "result": result,
                "back": self.page_of(record),
                "opts": self.opts,
            }
            return TemplateResponse(request, act.shows, context)
        if act.done:
            messages.success(request, act.done)
        return HttpResponseRedirect(self.page_of(record))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.entry is not None and self.may(request, self.entry.permission)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entry = self.entry
        if entry is None or not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = dress(entry.form(posted, initial=entry.initial() if entry.initial else {}))
        if posted is not None and form.is_valid():
            made, refused = _attempt(form, lambda: entry.run(form.cleaned_data, _who(request)))
            if not refused:
                messages.success(request, entry.done)
                return HttpResponseRedirect(self.page_of(made))
        return self._form_page(request, entry.title, entry.explains, form, None)

    def _form_page(
        self,
        request: HttpRequest,
        title: Any,
        explains: Any,
        form: Any,
        record: Any,
        **more: Any,
    ) -> HttpResponse:
        listing = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "explains": explains,
            "form": form,
            "record": record,
            "back": self.page_of(record) if record else reverse(listing),
            "opts": self.opts,
            **more,
        }
        return TemplateResponse(request, "notifications/act.html", context)

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        everything = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, everything)


class RecordAdmin(ActingAdmin):
    """The usual page of a record, with its acts as buttons."""

    change_form_template = "notifications/record.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        record = self.get_object(request, object_id)
        acts = self.offered(request, record) if record else []
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "acts": acts}
        )


def _who(request: HttpRequest) -> dict[str, Any]:
    at: datetime = timezone.now()
    return {"by": request.user, "at": at}


def _attempt(form: Any, work: Callable[[], Any]) -> tuple[Any, bool]:
    """The result, and whether a rule refused: then the page comes again with what was typed."""
    try:
        return work(), False
    except RuleBroken as refusal:
        known = refusal.field if refusal.field in form.fields else None
        form.add_error(known, str(refusal.message))
        return None, True
