"""Reading back, looking once more, confirming, printing (ORD-1, ORD-4)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person
from apps.backoffice.acting import ActAdmin
from apps.backoffice.staff_admin import must
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken
from apps.orders import queries, services
from apps.orders.admin.papers import sheet_of
from apps.orders.enums import Channel
from apps.orders.forms import ReadBackForm
from apps.orders.models import WorkOrder
from apps.orders.pages import spoken
from apps.orders.queries.prices import price_for


class StagePages(ActAdmin):
    def read_back_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        must(request, "orders.change_workorder")
        order = self.seen(request, order_id)
        if not order.is_unconfirmed:
            return self._over(request, order)
        form = ReadBackForm(request.POST or None, initial={"heard_by": order.pickup_contact})
        if request.method == "POST" and form.is_valid():
            try:
                services.read_back_order(
                    order_id=order.pk,
                    heard_by=form.cleaned_data["heard_by"],
                    by=person(request),
                    at=timezone.now(),
                )
            except RuleBroken as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("admin:orders_workorder_confirm", order.pk)
        return self.page(
            request,
            "orders/read_back.html",
            _("Read back to the customer"),
            order=order,
            form=form,
            spoken=spoken(order),
        )

    def confirm_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """The second look: everything once more, what stands in the way, and the button."""
        must(request, "orders.confirm_workorder")
        order = self.seen(request, order_id)
        if request.method == "POST":
            try:
                done = services.confirm_order(
                    order_id=order.pk, by=person(request), at=timezone.now()
                )
            except RuleBroken as refusal:
                messages.error(request, str(refusal))
                order = self.seen(request, order_id)
            else:
                numbers = ", ".join(w.number for w in done.waybills[:5])
                messages.success(
                    request,
                    _("Confirmed. Waybills: %(numbers)s. The centre has it in its print queue.")
                    % {"numbers": numbers},
                )
                return redirect(self.page_of(order))
        if not order.is_unconfirmed:
            return self._over(request, order)
        return self.page(
            request,
            "orders/confirm.html",
            _("Look once more, then confirm"),
            order=order,
            spoken=spoken(order),
            price=price_for(request.user, order),
            refusals=queries.confirmation_refusals(order, timezone.now()),
            needs_read_back=order.channel == Channel.PHONE and order.read_back_at is None,
        )

    def _over(self, request: HttpRequest, order: WorkOrder) -> HttpResponse:
        """What is read aloud is in clear: once nothing is left to agree, its page shows it masked
        and a reason opens it (ORD-4)."""
        if request.method == "POST":
            messages.warning(
                request,
                _("This order is “%(state)s”; there is nothing left to read back.")
                % {"state": order.get_status_display()},
            )
        return redirect(self.page_of(order))

    def original_view(self, request: HttpRequest, order_id: int) -> HttpResponseBase:
        must(request, "orders.reveal_workorder")
        order = self.seen(request, order_id)
        if not order.original_file:
            raise Http404
        try:
            file = services.open_original(order=order, by=person(request), at=timezone.now())
        except FileNotFoundError:
            messages.error(request, _("The file is missing from the file store. Tell IT."))
            return redirect(self.page_of(order))
        return private_file(file, name=order.original_name)

    def paper_view(self, request: HttpRequest, order_id: int, print_id: int) -> HttpResponse:
        """The paper of one recorded copy; only who printed it opens it again."""
        must(request, "orders.print_workorder")
        order = self.seen(request, order_id)
        made = get_object_or_404(order.prints, pk=print_id)
        if made.printed_by_id != request.user.pk:
            raise PermissionDenied
        return self.page(
            request,
            f"orders/paper_{made.kind}.html",
            order.number,
            **sheet_of(request, order, made),
        )
