"""The pages of acts: ``<record>/do/<act>/`` asks and, by POST, does; panels of the record's page
post to the same address. What is refused comes back with what was typed.

A page instead of a pop-up works without scripts and has an address one can be sent to.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.backoffice.acts import Act, ActContext, Panel
from apps.backoffice.forms import put_refusal, with_pickers
from apps.backoffice.forms.held_files import FilesMixin, drop_files, hold_form_files
from apps.backoffice.once import done_here
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken


class PageAdmin(StaffAdmin):
    """Further pages of a model, never cached, behind the staff site's own door."""

    def own_pages(self) -> list[tuple[str, Any, str]]:
        """(address, view, name) of each; the name is put behind "<app>_<model>_"."""
        return []

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                where, never_cache(self.admin_site.admin_view(view)), name=f"{self._prefix}_{name}"
            )
            for where, view, name in self.own_pages()
        ]
        return [*own, *super().get_urls()]

    def page(
        self, request: HttpRequest, template: str, title: Any, /, **context: Any
    ) -> TemplateResponse:
        site = self.admin_site.each_context(request)
        return TemplateResponse(
            request, template, {**site, "title": title, "opts": self.opts, **context}
        )

    @property
    def _prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def list_page(self) -> str:
        return reverse(f"admin:{self._prefix}_changelist")


class ActAdmin(PageAdmin):
    """``acts`` are what can be done to a record, ``entry`` is how a new one is entered. A record
    that ``get_queryset`` hides from somebody is “not found” for them.

    ``act_key`` is the converter of a record's part of the address, ``act_field`` the field it is
    found by, ``act_base`` what stands before it ("number/").
    """

    acts: Sequence[Act] = ()
    entry: Act | None = None
    act_base, act_key, act_field = "", "int", "pk"

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.act_view))
        where, name = f"{self.act_base}<{self.act_key}:key>/do/<slug:name>/", f"{self._prefix}_act"
        return [
            path(where, view, name=name),
            path(f"{where}<int:row_id>/", view, name=name),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        listed = [act for act in self.acts if act.in_list and act.allows(request.user)]
        return super().changelist_view(request, {"list_acts": listed, **(extra_context or {})})

    # --- what a subclass may say -----------------------------------------------------------------

    def offered(self, request: HttpRequest, record: Any) -> list[Act]:
        """The acts about the record itself that are possible now for this person."""
        return [
            act
            for act in self.acts
            if act.is_button and not act.rows and act.allows(request.user) and act.may(record)
            if act.offered_to(record, request.user)
        ]

    def why_not(self, act: Act, subject: Any) -> str:
        """Said when an act is not possible (any more)."""
        return _("“%(act)s” is not possible any more: someone was quicker.") % {"act": act.label}

    def messages_meanwhile(self, request: HttpRequest, context: ActContext) -> list[str]:
        """What the customer or a colleague has written since the page was opened, each as a sentence; the act
        is done when the form is sent again."""
        return []

    def after(self, request: HttpRequest, act: Act, context: ActContext) -> None:
        """After an act was done."""

    def refused(self, context: ActContext, refusal: RuleBroken) -> None:
        """After a refusal was put on the form."""

    def form_prefix(self, act: Act) -> str | None:
        """What stands before the names of the act's fields: several forms share a record's page."""
        return act.name if act.is_panel else None

    def page_of(self, record: Any) -> str:
        return reverse(f"admin:{self._prefix}_change", args=[record.pk])

    def act_address(self, act: Act, record: Any) -> str:
        key = getattr(record, self.act_field)
        return reverse(f"admin:{self._prefix}_act", args=[key, act.name])

    def seen(self, request: HttpRequest, key: Any) -> Any:
        """The record if this person may see it, else 404."""
        return get_object_or_404(self.get_queryset(request), **{self.act_field: key})

    def record_page(
        self, request: HttpRequest, record: Any, panels: list[Panel], *, status: int = 200
    ) -> HttpResponseBase:
        """The record's page, for admins whose acts are panels of it; ``records.PanelAdmin`` has one."""
        raise NotImplementedError("an act with is_panel needs the record's page")

    # --- asking and acting ------------------------------------------------------------------------

    def act_view(
        self, request: HttpRequest, key: Any, name: str, row_id: int | None = None
    ) -> HttpResponseBase:
        act = next((act for act in self.acts if act.name == name), None)
        if act is None or bool(act.rows) != (row_id is not None):
            raise Http404
        record = self.seen(request, key)
        # A panel is a part of a page that one may look at.
        hidden = act.is_panel and not self.has_view_permission(request, record)
        if hidden or not act.allows(request.user):
            raise PermissionDenied
        row = get_object_or_404(getattr(record, act.rows), pk=row_id) if act.rows else None
        context = self.act_context(request, record, row)
        if not act.may(context.subject):
            messages.warning(request, self.why_not(act, context.subject))
            return HttpResponseRedirect(self.page_of(record))
        return self.answer(request, act, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        if self.entry is None:
            return super().has_add_permission(request)
        return self.entry.allows(request.user)

    def main_act(self, request: HttpRequest) -> tuple[Any, str] | None:
        found = super().main_act(request)
        return (self.entry.label, found[1]) if found and self.entry else found

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if self.entry is None:
            plain: HttpResponseBase = super().add_view(request, form_url, extra_context)
            return plain
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.answer(request, self.entry, self.act_context(request, None))

    def act_context(self, request: HttpRequest, record: Any, row: Any = None) -> ActContext:
        """What this person is about to do now."""
        return ActContext(record, request.user, timezone.now(), row, query=request.GET.dict())

    def act_form(self, request: HttpRequest, act: Act, context: ActContext, *, bound: bool) -> Any:
        """The act's form, filled with what was posted when ``bound``."""
        given: dict[str, Any] = {"initial": act.initial(context), **act.options(context)}
        if bound:
            given |= {"data": request.POST, "files": request.FILES}
        given["prefix"] = self.form_prefix(act)
        if issubclass(act.form, FilesMixin):
            given["user"] = request.user
        return with_pickers(act.form(**given))

    def panels(
        self, request: HttpRequest, record: Any, *, opened: str = "", refused: Panel | None = None
    ) -> list[Panel]:
        """The acts that are panels of the record's page; ``opened`` names one that stands open."""
        found = []
        for act in self.acts:
            if not (act.is_panel and act.allows(request.user) and act.may(record)):
                continue
            if refused is not None and refused.act is act:
                found.append(refused)
                continue
            form = self.act_form(request, act, self.act_context(request, record), bound=False)
            address = self.act_address(act, record)
            found.append(Panel(act, form, act.name == opened, address))
        return found

    def answer(
        self, request: HttpRequest, act: Act, context: ActContext, *, back: str = ""
    ) -> HttpResponseBase:
        """GET asks, POST does; what is refused comes back with what was typed. ``back`` is where it
        leads, if not to the record."""
        posted = request.method == "POST"
        form = self.act_form(request, act, context, bound=posted)
        context = replace(context, form=form)
        more: dict[str, Any] = {"back": back or self._back(context)}
        if posted and form.is_valid() and not self._meanwhile(request, act, context):
            try:
                if act.preview is None or "preview" not in request.POST:
                    return self._did(request, act, context, act.run(context), back)
                more |= act.preview(context)
            except RuleBroken as refusal:
                put_refusal(form, refusal, act.fields)
                self.refused(context, refusal)
        if posted and isinstance(form, FilesMixin):
            hold_form_files(form)
        if act.is_panel and context.record is not None:
            return self._panel_page(request, act, context, posted)
        return self._form_page(request, act, context, more)

    def _meanwhile(self, request: HttpRequest, act: Act, context: ActContext) -> bool:
        """Before something is sent to the customer, the page shows once what was written meanwhile."""
        news = self.messages_meanwhile(request, context) if act.tells_customer else []
        for sentence in news:
            context.form.add_error(None, sentence)
        return bool(news)

    def _did(
        self, request: HttpRequest, act: Act, context: ActContext, result: Any, back: str
    ) -> HttpResponseBase:
        if isinstance(context.form, FilesMixin):
            drop_files(context.form)
        self.after(request, act, context)
        if isinstance(result, HttpResponseBase):
            return result
        if act.shows:
            return self.show_once(request, act, context, result)
        message = act.done(result) if callable(act.done) else act.done
        if isinstance(result, str):
            message = result
        if message:
            messages.success(request, message)
        if context.record is None and isinstance(result, str):
            return HttpResponseRedirect(back or self.list_page())
        return HttpResponseRedirect(back or self.page_of(context.record or result))

    def show_result(
        self, request: HttpRequest, act: Act, context: ActContext, result: Any
    ) -> HttpResponseBase:
        """The page of an act with ``shows``."""
        page_context = {"act": act, "record": context.record, "back": self._back(context)}
        return self.page(request, act.shows, act.label, result=result, **page_context)

    def show_once(
        self, request: HttpRequest, act: Act, context: ActContext, result: Any
    ) -> HttpResponseBase:
        """The result in this answer alone, which nobody stores; the second press of the same
        form leads back."""
        message = _(
            "Your first press did it and showed what came of it, which is never shown again: “%(act)s”. "
            "If you did not see it, do it anew; a key or password that nobody saw should be put out of use."
        ) % {"act": act.label}
        answer = self.show_result(request, act, context, result)
        return done_here(answer, where=self._back(context), message=message)

    def _back(self, context: ActContext) -> str:
        return self.list_page() if context.record is None else self.page_of(context.record)

    def _panel_page(
        self, request: HttpRequest, act: Act, context: ActContext, posted: bool
    ) -> HttpResponseBase:
        address = self.act_address(act, context.record)
        refused = Panel(act, context.form, True, address) if posted else None
        panels = self.panels(request, context.record, opened=act.name, refused=refused)
        return self.record_page(request, context.record, panels, status=422 if posted else 200)

    def _form_page(
        self, request: HttpRequest, act: Act, context: ActContext, more: dict[str, Any]
    ) -> HttpResponse:
        page_context = {
            "act": act,
            "form": context.form,
            "record": context.record,
            "row": context.row,
            **more,
        }
        answer = self.page(request, act.page, act.label, **page_context)
        answer.status_code = 422 if context.form.is_bound and context.form.errors else 200
        return answer
