"""What the admin classes of this floor share."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.decorators import action

from apps.accounts.models import User
from apps.backoffice.once import done_here
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken

Door = TypeVar("Door", bound=Callable[..., HttpResponse])


def actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 – tells the type checker what admin_view ensures
    user: User = User.objects.get(pk=request.user.pk)
    return user


def dialog_action(form_class: type[Any], **options: Any) -> Callable[[Door], Door]:
    """unfold's action, always with a dialog: a plain one would run on GET, without a token.
    ``title``, ``says`` and ``button`` are what the dialog shows."""
    dialog = {
        "title": options.pop("title"),
        "description": options.pop("says"),
        "form_class": form_class,
        "form_submit_text": options.pop("button"),
    }
    return cast(Callable[[Door], Door], action(dialog=dialog, **options))


def done(request: HttpRequest, where: str) -> HttpResponse:
    """Leave a dialog, which htmx sends when scripts run and the browser when they do not."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)


def attempt(request: HttpRequest, work: Callable[[], Any], said: str, where: str) -> HttpResponse:
    """Run one service call and say in words how it went."""
    try:
        work()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return done(request, where)


def show_once(
    request: HttpRequest, *, title: str, lead: str, secret: str, back: str
) -> HttpResponse:
    """A secret in the answer itself: a message would pass through a cookie or the database."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "lead": lead,
        "secret": secret,
        "back": back,
    }
    response = render(request, "accounts/shown_once.html", context)
    response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
    response["HX-Reswap"] = "outerHTML"
    response["Cache-Control"] = "no-store"
    said = _(
        "Your first press did it and showed the secret, which is never shown again. If you did not see it, put that one out of use and do it anew."
    )
    return done_here(response, where=back, said=said)


class ServiceAdmin(StaffAdmin):
    """Forms whose saving is one service call. ``permission`` opens adding and changing."""

    permission = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.permission) and request.user.has_perm(self.permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.permission) and request.user.has_perm(self.permission)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.cleaned_data}
        saved = self.save_through_service(request, obj, values, change)
        # The page goes on with what was saved, under its number.
        obj.__dict__.update(saved.__dict__)

    def save_through_service(
        self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool
    ) -> Any:
        raise NotImplementedError(_("Say which service saves this."))

    def page_of(self, object_id: Any) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id])

    def list_page(self) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
