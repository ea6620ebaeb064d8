"""Entering an order with a phone at the ear (ORD-1, ORD-4)."""

import json
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person
from apps.backoffice.acting import ActAdmin
from apps.backoffice.forms import put_refusal
from apps.backoffice.forms.held_files import drop_files, hold_form_files
from apps.backoffice.once import NOT_TYPED
from apps.backoffice.staff_admin import must
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.orders import queries, services
from apps.orders.cleaning import clean_order
from apps.orders.enums import Channel
from apps.orders.forms import CustomerForm, OrderForm, local_input, order_initial
from apps.orders.inputs import Arrival
from apps.orders.models import WorkOrder
from apps.orders.queries.confirmation import finding_text
from apps.orders.queries.prices import price_sentence
from apps.orders.rules import check_goods

MOST_DRAFT_BYTES = 40_000
# What a price depends on, of what the form asks.
PRICED = (
    "job_type",
    "service_level",
    "vehicle_type",
    "distance_km",
    "origin_city",
    "destination_city",
    "pieces",
    "weight_kg",
    "volume_m3",
    "declared_value",
    "insured_amount",
    "settlement_method",
    "cod_amount",
    "return_document_required",
)


class EntryPages(ActAdmin):
    """The entry form, its draft and its goods check."""

    def enter_view(self, request: HttpRequest) -> HttpResponse:
        must(request, "orders.add_workorder")
        if request.method == "POST":
            return self._enter(request)
        key = _key(request.GET.get("draft")) or uuid4()
        typed = queries.draft_form(owner=person(request), key=key)
        form = OrderForm(
            initial={"channel": Channel.PHONE, "received_at": local_input(timezone.now()), **typed},
            user=person(request),
        )
        return self._entry_page(request, form, key, typed)

    def _enter(self, request: HttpRequest) -> HttpResponse:
        user, key = person(request), _key(request.POST.get("draft_key")) or uuid4()
        form, company = (
            OrderForm(request.POST, request.FILES, user=user),
            CustomerForm(request.POST, user=user),
        )
        if form.is_valid() and company.is_valid():
            file = form.cleaned_data["original_file"]
            arrival = Arrival(
                channel=form.cleaned_data["channel"] or Channel.PHONE,
                received_at=form.cleaned_data["received_at"],
                original_text=form.cleaned_data["original_text"],
                file=ContentFile(file.content) if file else None,
                filename=file.name if file else "",
                entry_key=key,
            )
            try:
                order = services.receive_order(
                    customer=company.cleaned_data["customer"],
                    content=form.content,
                    arrival=arrival,
                    by=user,
                    at=timezone.now(),
                )
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                services.discard_draft(owner=user, key=key)
                drop_files(form)
                return redirect(self.next_page(order))
        for message in company.errors.get("customer", []):
            form.add_error(None, message)
        hold_form_files(form)
        # Whatever was refused is still there after a closed window.
        typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        _save_draft(request, key, typed)
        return self._entry_page(request, form, key, typed)

    def edit_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        must(request, "orders.change_workorder")
        order = self.seen(request, order_id)
        if not order.is_unconfirmed:
            return redirect("admin:orders_workorder_change", order.pk)
        form = OrderForm(
            request.POST or None,
            initial=order_initial(order),
            agreed=order.requested_delivery,
            user=person(request),
        )
        if request.method == "POST" and form.is_valid():
            try:
                order = services.change_order(
                    order_id=order.pk, content=form.content, by=person(request), at=timezone.now()
                )
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                return redirect(self.next_page(order))
        return self._entry_page(request, form, None, {}, order=order)

    def next_page(self, order: WorkOrder) -> str:
        """Read it back on the phone; otherwise look at it once more (ORD-4)."""
        phone = order.channel == Channel.PHONE and order.read_back_at is None
        name = "read_back" if phone and order.status == "awaiting_read_back" else "confirm"
        return reverse(f"admin:orders_workorder_{name}", args=[order.pk])

    def _entry_page(
        self,
        request: HttpRequest,
        form: OrderForm,
        key: UUID | None,
        typed: dict[str, Any],
        order: WorkOrder | None = None,
    ) -> HttpResponse:
        customer = order.customer if order else _customer(request, typed.get("customer"))
        return self.page(
            request,
            "orders/entry.html",
            order.number if order else _("Take an order"),
            form=form,
            draft_key=key,
            order=order,
            customer=customer,
            drafts=[] if order else queries.drafts_of(person(request), limit=8),
        )

    def draft_view(self, request: HttpRequest) -> HttpResponse:
        """POST: keep what is typed, or forget it with ``forget=1``."""
        must(request, "orders.add_workorder")
        key = _key(request.POST.get("draft_key"))
        if request.method != "POST" or key is None:
            return HttpResponseBadRequest()
        if request.POST.get("forget"):
            services.discard_draft(owner=person(request), key=key)
            return redirect("admin:orders_workorder_enter")
        typed = {k: str(v) for k, v in request.POST.items()}
        if not _save_draft(request, key, typed):
            return JsonResponse({"kept": False}, status=400)
        return JsonResponse({"kept": True, "at": local_input(timezone.now())[-5:]})

    def goods_view(self, request: HttpRequest) -> JsonResponse:
        """While typing: is this on a list of prohibited goods?"""
        must(request, "orders.add_workorder")
        book = queries.goods_book(timezone.localdate())
        name, mode = request.GET.get("q", "")[:120], request.GET.get("mode", "")[:8]
        found = check_goods(book, name, mode)
        rows = [{"blocks": f.blocks, "message": finding_text(f)} for f in found[:5]]
        return JsonResponse({"findings": rows})

    def price_view(self, request: HttpRequest) -> JsonResponse:
        """While typing: what would it cost? No names and no addresses are asked with."""
        must(request, "orders.add_workorder")
        must(request, "pricing.try_tariff")
        customer = _customer(request, request.GET.get("customer"))
        asked = {name: request.GET[name] for name in PRICED if request.GET.get(name)}
        content, errors = clean_order(asked)
        if customer is None or errors or not content.weight_g:
            return JsonResponse({"text": ""})
        order = WorkOrder(customer=customer, received_on=timezone.localdate(), **content.values())
        return JsonResponse({"text": price_sentence(order)})


def _save_draft(request: HttpRequest, key: UUID, typed: dict[str, str]) -> bool:
    form = {k: v for k, v in typed.items() if k not in (*NOT_TYPED, "draft_key")}
    if len(json.dumps(form)) > MOST_DRAFT_BYTES or any("\x00" in v for v in form.values()):
        return False
    try:
        services.save_draft(owner=person(request), key=key, form=form)
    except RuleBroken:
        return False
    return True


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _customer(request: HttpRequest, given: Any) -> Customer | None:
    if not str(given or "").isdecimal() or len(str(given)) > 18:
        return None
    return Customer.objects.visible_to(person(request)).filter(pk=int(given)).first()
