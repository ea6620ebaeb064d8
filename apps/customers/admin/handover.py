"""The service handover form in the back office: its page, its signatures, its print."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from apps.accounts.acts import approval_acts
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, on_subject
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.staff_admin import timeline_rows
from apps.customers import queries, services
from apps.customers.approvals import HANDOVER
from apps.customers.enums import HandoverState
from apps.customers.forms import HandoverContentForm, LongReasonForm
from apps.customers.models import Customer, HandoverForm


def _is(*states: HandoverState) -> Any:
    def may(form: HandoverForm) -> bool:
        return form.state in states

    return may


_SIGN, _SEND_BACK = approval_acts(
    HANDOVER,
    "customers.sign_handoverform",
    approve=services.sign_handover_form,
    refuse=services.send_back_handover_form,
    may=_is(HandoverState.IN_SIGNING),
)
HANDOVER_ACTS = (
    Act(
        "change",
        _("Change the form"),
        "customers.change_handoverform",
        lambda d: services.change_handover_form(d.record, d.typed, **d.who),
        explains=_("Once it is sent round, its content is frozen."),
        done=_("The form is changed."),
        form=HandoverContentForm,
        options=lambda d: {"instance": d.record},
        may=_is(HandoverState.DRAFT),
    ),
    Act(
        "submit",
        _("Send round for signing"),
        "customers.submit_handoverform",
        on_subject(services.submit_handover_form),
        explains=_(
            "The content is frozen; the sales manager signs first. You cannot sign it yourself."
        ),
        done=_("The form is on its way: the sales manager signs first."),
        may=_is(HandoverState.DRAFT),
    ),
    replace(
        _SIGN,
        name="sign",
        label=_("Sign"),
        explains=_("Your name, role and the time are kept for good and cannot be taken back."),
        done=_("Signed."),
    ),
    replace(
        _SEND_BACK,
        name="send-back",
        label=_("Send back"),
        explains=_("The form is a draft again; after the change everybody signs anew."),
        done=_("The form is sent back to sales."),
    ),
    Act(
        "turn-down",
        _("Turn down for good"),
        "customers.submit_handoverform",
        on_subject(services.turn_down_handover_form),
        explains=_("The form ends here. A new one can be drawn up later."),
        done=_("The form is turned down."),
        form=LongReasonForm,
        may=_is(HandoverState.DRAFT, HandoverState.IN_SIGNING),
        danger=True,
    ),
)


@admin.register(HandoverForm)
class HandoverFormAdmin(ActAdmin):
    acts = HANDOVER_ACTS
    list_display = ("shown_number", "customer", "state_tag", "round", "submitted_at", "accepted_at")
    list_filter = ("state",)
    search_fields = ("customer__search_text",)
    ordering = ("-id",)
    list_select_related = ("customer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandoverForm]:
        visible = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        forms = HandoverForm.objects.filter(customer__in=visible)
        return forms.select_related("customer__unit", "created_by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[HandoverForm], search_term: str
    ) -> tuple[QuerySet[HandoverForm], bool]:
        if not search_term.strip():
            return queryset, False
        found = queries.matching(Customer.objects.all(), search_term)
        return queryset.filter(customer__in=found.order_by().values("pk")), False

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:record_id>/print/", self.print_view, "print")]

    @admin.display(description=_("number"), ordering="id")
    def shown_number(self, form: HandoverForm) -> str:
        return form.number

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, form: HandoverForm) -> SafeString:
        return self.tag(HandoverState(form.state))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not object_id.isdecimal() or len(object_id) > 18:
            return redirect("admin:customers_handoverform_changelist")
        context = self._context(request, int(object_id))
        form = context["form"]
        context["act_groups"] = [self.offered(request, form)]
        context["timeline"] = timeline_rows(form, self.timeline_limit)
        return TemplateResponse(request, "customers/handover.html", context)

    def print_view(self, request: HttpRequest, record_id: int) -> HttpResponse:
        """A4, in Chinese whatever the user's language: it is a paper of the company."""
        with override("zh-hans"):
            context = self._context(request, record_id)
            return TemplateResponse(request, "customers/handover_print.html", context).render()

    def _context(self, request: HttpRequest, record_id: int) -> dict[str, Any]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = self.seen(request, record_id)
        return {
            **self.admin_site.each_context(request),
            "title": f"{form.number} · {form.customer}",
            "opts": self.opts,
            "form": form,
            "state": HandoverState(form.state),
            "approval": approval_part(HANDOVER, form),
            "printed_at": timezone.now(),
        }
