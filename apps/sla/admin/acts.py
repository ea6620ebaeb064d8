"""What one can do to a record of this floor: a page that says what will happen, and a POST."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.sla.forms.calendars import ConfirmForm, dress


def _always(_record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Act:
    """``run(record, form, by and at)``: one service call with the clean form."""

    name: str
    label: Any
    explains: Any
    permission: str  # codename in this app
    run: Callable[[Any, Any, dict[str, Any]], Any]
    done: Any
    form: type[forms.Form] = ConfirmForm
    may: Callable[[Any], bool] = _always
    # What the form starts with; the address may say more ("?day=2026-12-24").
    initial: Callable[[Any, Any], dict[str, Any]] | None = None
    danger: bool = False
    is_button: bool = True  # False: reached from a row of the page


class ActAdmin(StaffAdmin):
    """Adds ``<id>/do/<act>/`` pages for ``acts``, and an add page for ``entry``."""

    acts: Sequence[Act] = ()
    entry: Act | None = None

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.act_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:record_id>/do/<slug:act_name>/", view, name=name), *super().get_urls()]

    def may(self, request: HttpRequest, codename: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def offered(self, request: HttpRequest, record: Model) -> list[Act]:
        """The buttons of a record's page."""
        return [
            act
            for act in self.acts
            if act.is_button and self.may(request, act.permission) and act.may(record)
        ]

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
            messages.warning(request, _("This is not possible here."))
            return HttpResponseRedirect(self.page_of(record))
        return self._answer(request, act, record)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.entry is not None and self.may(request, self.entry.permission)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.entry is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self._answer(request, self.entry, None)

    def _answer(self, request: HttpRequest, act: Act, record: Any) -> HttpResponse:
        """GET asks, POST does; what is refused comes back with what was typed."""
        initial = act.initial(record, request.GET) if act.initial else {}
        posted = request.method == "POST"
        form = act.form(
            request.POST if posted else None, request.FILES if posted else None, initial=initial
        )
        dress(form)
        if posted and form.is_valid():
            try:
                made = act.run(record, form, {"by": request.user, "at": timezone.now()})
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, act.done)
                return HttpResponseRedirect(self.page_of(record or made))
        return self._form_page(request, act, form, record)

    def _form_page(self, request: HttpRequest, act: Act, form: Any, record: Any) -> HttpResponse:
        listing = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        context = {
            "title": act.label,
            "act": act,
            "form": form,
            "record": record,
            "back": self.page_of(record) if record else reverse(listing),
        }
        return self.page(request, "sla/act.html", context)

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        everything = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, everything)


def put_refusal(form: Any, refusal: RuleBroken) -> None:
    """Beside the field at fault, or above the form; a list of refused rows as a list."""
    for one in getattr(refusal, "rows", None) or [refusal]:
        field = one.field if one.field in form.fields else None
        row = getattr(one, "row", None)
        said = _("line %(n)s: %(why)s") % {"n": row, "why": one} if row else str(one)
        form.add_error(None if row else field, said)
