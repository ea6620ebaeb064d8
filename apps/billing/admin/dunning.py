"""Overdue payers, the letters to them, and the plans that letters follow (BIL-6)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, BulkAct
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin, RecordAdmin
from apps.billing import services
from apps.billing.admin.dunning_list import OverdueList, status_in_words
from apps.billing.enums import DunningStatus
from apps.billing.forms import DunningPlanForm, PromiseForm, SeenForm
from apps.billing.models import DunningNotice, DunningPlan, OverduePayer, PaymentPromise
from apps.billing.queries.dunning import Overdue, overdue_payers
from apps.billing.queries.letters import draft_pdf, letter_pdf
from apps.core.downloads import private_file
from apps.core.money import format_money
from apps.customers.models import Customer

SEND, PROMISE = "billing.send_dunning", "billing.note_promise"
EDIT = "billing.change_dunningplan"
PDF = "application/pdf"


def _send(context: ActContext) -> None:
    seen = str(context.typed.get("seen") or getattr(context.record, "seen", ""))
    services.send_dunning(payer_id=context.record.pk, seen=seen, **context.who)


def _seen(context: ActContext) -> dict[str, Any]:
    found = _overdue(context.record)
    return {"seen": found.letter.seen} if found and found.letter else {}


def _promise(context: ActContext) -> None:
    services.note_promise(payer_id=context.record.pk, **context.typed, **context.who)


def _overdue(payer: Any) -> Overdue | None:
    """What is overdue today, read once a record."""
    if not hasattr(payer, "overdue"):
        found = overdue_payers(timezone.localdate(), payers=[payer.pk])
        payer.overdue = found.get(payer.pk)
    overdue: Overdue | None = payer.overdue
    return overdue


def _has_letter(payer: Any) -> bool:
    found = _overdue(payer)
    return found is not None and found.letter is not None


def _owes(payer: Any) -> bool:
    found = _overdue(payer)
    return found is not None and found.asked > 0


@admin.register(OverduePayer)
class OverduePayerAdmin(ListAdmin, PanelAdmin):
    listing = OverdueList()
    page_template = "billing/overdue_payer.html"
    acts = (
        Act("letter", _("Send the letter that is due"), SEND, _send, is_panel=True,
            form=SeenForm, initial=_seen, may=_has_letter, done=_("Sent, by the payer's channel."),
            explains=_("As the draft below shows it. Each level goes once to a statement; what is"
                       " disputed, promised or paid in advance is left out.")),
        Act("promise", _("They promise to pay"), PROMISE, _promise, form=PromiseForm, is_panel=True,
            may=_owes, done=_("Noted. No letter goes until that day is over."),
            explains=_("For everything that is overdue now. A clock tells you when the day is over.")),
    )  # fmt: skip
    bulk_acts = (
        BulkAct("letters", _("Send letters"), SEND, _send,
                explains=_("To each the letter that is due, by the payer's channel; open the drafts to"
                           " read them first.")),
    )  # fmt: skip

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:payer_id>/draft/", self.draft_view, "draft"), *super().own_pages()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[OverduePayer]":
        return OverduePayer.objects.visible_to(person(request)).select_related("agent")

    def draft_view(self, request: HttpRequest, payer_id: int) -> HttpResponse:
        """The letter as it would be sent now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        payer = self.seen(request, payer_id)
        found = _overdue(payer)
        if found is None or found.letter is None:
            raise Http404
        customer = Customer.objects.get(pk=payer.pk)
        content = draft_pdf(customer, found.letter, timezone.now())
        return private_file(content, name=f"draft-{payer.code}.pdf", content_type=PDF)

    # --- many at once ------------------------------------------------------------------------------

    def read_chosen(self, records: list[Any]) -> None:
        found = overdue_payers(timezone.localdate(), payers=[one.pk for one in records])
        for record in records:
            record.overdue = found.get(record.pk)

    def about_chosen(self, record: Any) -> SafeString | str:
        overdue = record.overdue
        if overdue is None or overdue.letter is None:
            return gettext("no letter is due")
        return format_html(
            '{} · {} · <a href="{}">{}</a>',
            status_in_words(overdue),
            format_money(overdue.letter.total),
            reverse("admin:billing_overduepayer_draft", args=[record.pk]),
            _("Draft (PDF)"),
        )

    def shown(self, records: Any) -> dict[str, Any]:
        return {
            f"seen-{one.pk}": one.overdue.letter.seen
            for one in records
            if one.overdue and one.overdue.letter
        }

    def as_shown(self, request: HttpRequest, record: Any) -> None:
        record.seen = request.POST.get(f"seen-{record.pk}", "")[:64]

    def facts(self, request: HttpRequest, payer: OverduePayer) -> dict[str, Any]:
        found = _overdue(payer)
        promises = PaymentPromise.objects.filter(statement__bill_to=payer.pk)
        return {
            "title": str(payer),
            "overdue": found,
            "status": DunningStatus(found.step.status) if found else None,
            "status_text": status_in_words(found) if found else "",
            "letters": DunningNotice.objects.filter(bill_to=payer.pk).select_related("by")[:50],
            "promises": promises.select_related("statement", "by")[:20],
            "page_of_customer": reverse("admin:customers_customer_change", args=[payer.pk]),
        }

    def history_of(self, record: OverduePayer) -> Customer:
        return Customer.objects.get(pk=record.pk)


def _paper(context: ActContext) -> HttpResponse:
    letter = context.record
    return private_file(letter_pdf(letter), name=f"{letter.number}.pdf", content_type=PDF)


@admin.register(DunningNotice)
class DunningNoticeAdmin(PanelAdmin):
    list_display = ("number", "bill_to", "level", "as_of", "pay_by", "total", "by")
    list_filter = ("level", "as_of")
    list_select_related = ("bill_to", "by")
    search_fields = ("number", "bill_to__search_text")
    search_help_text = _("number or payer")
    ordering = ("-id",)
    page_template = "billing/dunning_letter.html"
    acts = (
        Act("paper", _("Download the letter"), "billing.view_dunningnotice", _paper, is_panel=True),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DunningNotice]":
        found: QuerySet[DunningNotice] = DunningNotice.objects.visible_to(person(request))
        return found.select_related("bill_to", "by", "paper")

    def facts(self, request: HttpRequest, letter: DunningNotice) -> dict[str, Any]:
        return {
            "title": f"{letter.number} {letter.title}",
            "items": letter.items.select_related("statement"),
            "paper": getattr(letter, "paper", None),
        }


def _new_plan(context: ActContext) -> DunningPlan:
    return services.change_plan(**context.typed, **context.who)


def _change_plan(context: ActContext) -> None:
    services.change_plan(plan_id=context.record.pk, **context.typed, **context.who)


def _as_it_is(context: ActContext) -> dict[str, Any]:
    plan: DunningPlan = context.record
    values: dict[str, Any] = {"name": plan.name, "is_usual": plan.is_usual}
    for row in plan.levels.all():
        for name in ("after_days", "pay_within_days", "title", "words"):
            values[f"{name}_{row.level}"] = getattr(row, name)
    return values


@admin.register(DunningPlan)
class DunningPlanAdmin(RecordAdmin):
    list_display = ("name", "is_usual", "letters")
    ordering = ("-is_usual", "name")
    entry = Act("plan", _("Add a dunning plan"), EDIT, _new_plan, form=DunningPlanForm,
                done=_("Saved. Billing terms can name it."))  # fmt: skip
    acts = (
        Act("change", _("Change it"), EDIT, _change_plan, form=DunningPlanForm, initial=_as_it_is,
            done=_("Saved. Letters that were sent keep their words."), in_list=True),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DunningPlan]":
        return DunningPlan.objects.prefetch_related("levels")

    @admin.display(description=_("letters"))
    def letters(self, plan: DunningPlan) -> str:
        return ", ".join(f"{row.title} (+{row.after_days})" for row in plan.levels.all()) or "—"
