"""The page of one record with its acts: Django's own, one of ours with panels, a form that is
saved by one call of a service, reference data."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.backoffice.acting import ActAdmin, PageAdmin
from apps.backoffice.acts import Panel
from apps.backoffice.forms import put_refusal
from apps.backoffice.staff_admin import timeline_rows
from apps.core.errors import RuleBroken


class RecordAdmin(ActAdmin):
    """Django's page of a record, with its acts as buttons above it."""

    change_form_template = "backoffice/record.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        record = self.get_object(request, object_id)
        acts = self.offered(request, record) if record is not None else []
        # The page's own button to save leads, where there is one.
        leads = not self.has_change_permission(request, record)
        extra = {"acts": acts, "acts_lead": leads, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)


class RecordPageAdmin(PageAdmin):
    """A page of one's own per record, in the place of Django's form: ``show_record``. What
    ``get_queryset`` hides from somebody is “not found” for them."""

    def show_record(self, request: HttpRequest, record: Any) -> HttpResponseBase:
        raise NotImplementedError("say what is shown of a record")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return self.show_record(request, record)


class PanelAdmin(RecordPageAdmin, ActAdmin):
    """A page of one's own per record: ``page_template`` with what ``facts`` says, the acts as panels
    beside it, the timeline below."""

    page_template = "backoffice/record_page.html"
    # Kinds of events that the page leaves to the lists about them.
    timeline_without: tuple[str, ...] = ()

    def facts(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What the template shows besides the record; a “title” is the page's."""
        return {}

    def history_of(self, record: Any) -> Any:
        """Whose timeline the page ends with."""
        return record

    def show_record(self, request: HttpRequest, record: Any) -> HttpResponseBase:
        return self.record_page(request, record, self.panels(request, record))

    def record_page(
        self,
        request: HttpRequest,
        record: Any,
        panels: list[Panel],
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponseBase:
        context = {
            "title": str(self.opts.verbose_name),
            "original": record,
            "subject": record,
            "panels": panels,
            "timeline": timeline_rows(
                self.history_of(record), self.timeline_limit, without=self.timeline_without
            ),
            **self.facts(request, record),
            **more,
        }
        answer = self.page(request, self.page_template, context.pop("title"), **context)
        answer.status_code = status
        return answer


class RefusingAdmin(ActAdmin):
    """Django's form for what a service may refuse."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """What the service refuses comes back as what the form itself refuses: beside its field,
        with everything as it was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RuleBroken as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: RuleBroken | None = getattr(request, "refusal", None)
        if refusal is None:
            return form

        def clean(self: Any) -> Any:
            cleaned = form.clean(self)
            put_refusal(self, refusal)
            return cleaned

        return type(form)(form.__name__, (form,), {"clean": clean})


class ServiceAdmin(RefusingAdmin, RecordAdmin):
    """Django's form, saved by one call of a service. ``permission`` opens adding and changing."""

    permission = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.permission) and request.user.has_perm(self.permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.permission) and request.user.has_perm(self.permission)

    def save_through_service(
        self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool
    ) -> Any:
        """Call the service with what was typed; returns the row as it is saved."""
        raise NotImplementedError("say which service saves this")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = self.save_through_service(request, obj, dict(form.cleaned_data), change)
        # The page goes on with what was saved, under its number.
        obj.__dict__.update(saved.__dict__)


class ReferenceAdmin(RefusingAdmin):
    """Reference data that staff keep: Django's form, whose row ``save_by`` saves. Rows go out of use
    rather than away, so that what refers to them stays explained; only those with ``remove_by`` can
    be deleted. Both are services: ``save_by(row, *, by, at)``."""

    save_by: Callable[..., Any]
    remove_by: Callable[..., Any] | None = None

    def _may(self, request: HttpRequest, what: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{what}_{self.opts.model_name}"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return type(self).remove_by is not None and self._may(request, "delete")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        type(self).save_by(obj, by=request.user, at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove = type(self).remove_by
        try:
            if remove is not None:
                remove(obj, by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))

    # What happened is recorded once, as an event; Django's own log would be a second record.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        return None
