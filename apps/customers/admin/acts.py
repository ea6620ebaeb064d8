"""What one can do to a record: each act is a small page that says what will happen, and a POST.

A page instead of a pop-up works without scripts, keeps what was typed when it is refused, and
has an address one can be sent to.
"""

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

from apps.core.errors import RuleBroken
from apps.customers.forms import ConfirmForm, dress
from apps.events.panel import HouseAdmin


def _always(_record: Any) -> bool:
    return True


def _nothing(_about: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Doing:
    """One use of an act: who does what to which record, with what typed."""

    record: Any
    target: Any
    typed: Mapping[str, Any]
    user: Any
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        """The arguments that every service ends with."""
        return {"by": self.user, "at": self.at}


@dataclass(frozen=True)
class Act:
    name: str
    label: Any
    explains: Any  # what will happen, to whom
    permission: str  # codename in this app
    run: Callable[[Doing], Any]
    done: Any = ""  # what to say afterwards
    form: type[forms.BaseForm] = ConfirmForm
    may: Callable[[Any], bool] = _always
    target: str = ""  # related name on the record, when the act is about one of its rows
    initial: Callable[[Any], dict[str, Any]] = _nothing
    form_options: Callable[[Doing], dict[str, Any]] = _nothing
    danger: bool = False
    shows: str = ""  # template of the answer, when the act shows something instead of returning


class ActingAdmin(HouseAdmin):
    """Adds ``<id>/do/<act>/[<row>/]`` pages for ``acts``. Records are those ``get_queryset``
    lets this user see; any other id is “not found”."""

    acts: Sequence[Act] = ()

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.act_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            path("<int:record_id>/do/<slug:act_name>/", view, name=name),
            path("<int:record_id>/do/<slug:act_name>/<int:row_id>/", view, name=name),
            *super().get_urls(),
        ]

    def allows(self, request: HttpRequest, act: Act) -> bool:
        return bool(request.user.has_perm(f"customers.{act.permission}"))

    def offered(self, request: HttpRequest, record: Model) -> list[Act]:
        """The acts about the record itself that are possible now for this user."""
        return [
            act
            for act in self.acts
            if not act.target and self.allows(request, act) and act.may(record)
        ]

    def page_of(self, record: Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]
        )

    def seen(self, request: HttpRequest, record_id: int) -> Any:
        return get_object_or_404(self.get_queryset(request), pk=record_id)

    def act_view(
        self, request: HttpRequest, record_id: int, act_name: str, row_id: int | None = None
    ) -> HttpResponse:
        act = next((a for a in self.acts if a.name == act_name), None)
        if act is None or bool(act.target) != (row_id is not None):
            raise Http404
        record = self.seen(request, record_id)
        if not self.allows(request, act):
            raise PermissionDenied
        row = get_object_or_404(getattr(record, act.target), pk=row_id) if act.target else None
        if not act.may(row or record):
            messages.warning(request, _not_now(act))
            return redirect(self.page_of(record))
        doing = Doing(record, row, {}, request.user, timezone.now())
        form = self._form(request, act, doing)
        if request.method == "POST" and form.is_valid():
            answer = self._run(request, act, doing, form)
            if answer is not None:
                return answer
        return self._page(request, act, doing, {"form": form})

    def _form(self, request: HttpRequest, act: Act, doing: Doing) -> Any:
        given: dict[str, Any] = {"initial": act.initial(doing.target or doing.record)}
        if issubclass(act.form, forms.BaseModelForm) and act.name.startswith("change"):
            given["instance"] = doing.target or doing.record
        if request.method == "POST":
            given["data"], given["files"] = request.POST, request.FILES
        return dress(act.form(**given, **act.form_options(doing)))

    def _run(self, request: HttpRequest, act: Act, doing: Doing, form: Any) -> HttpResponse | None:
        """None when it was refused: the page comes again with what was typed and why."""
        try:
            result = act.run(
                Doing(doing.record, doing.target, form.cleaned_data, doing.user, doing.at)
            )
        except RuleBroken as refusal:
            known = refusal.field if refusal.field in form.fields else None
            form.add_error(known, str(refusal.message))
            return None
        if act.shows:
            return self._page(request, act, doing, {"result": result, "template": act.shows})
        if act.done:
            messages.success(request, act.done)
        where = result if isinstance(result, str) else self.page_of(doing.record)
        return HttpResponseRedirect(where)

    def _page(
        self, request: HttpRequest, act: Act, doing: Doing, extra: dict[str, Any]
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "act": act,
            "record": doing.record,
            "row": doing.target,
            "back": self.page_of(doing.record),
            "opts": self.opts,
            **extra,
        }
        return TemplateResponse(request, extra.get("template", "customers/act.html"), context)


def _not_now(act: Act) -> str:
    return _("“%(act)s” is not possible any more: someone was quicker.") % {"act": act.label}
