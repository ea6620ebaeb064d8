"""The same act for many orders: chosen in the list, explained on a page, done by POST."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import RuleBroken
from apps.orders import queries, services
from apps.orders.admin.pages import PageAdmin, must, person
from apps.orders.enums import PrintKind
from apps.orders.forms import AssignForm, ConfirmForm, ReasonForm
from apps.orders.models import WorkOrder

MOST = 100


class BulkActions(PageAdmin):
    """Each order is its own transaction: one refusal does not hold up the rest."""

    actions = ("confirm_many", "assign_many", "print_many", "print_labels_many", "cancel_many")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.confirm_workorder"))

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.assign_workorder"))

    def has_print_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.print_workorder"))

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.cancel_workorder"))

    def confirm_many(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder]
    ) -> HttpResponse | None:
        must(request, "confirm_workorder")
        book = queries.goods_book(timezone.localdate())

        def one(order: WorkOrder, _typed: dict[str, Any]) -> None:
            services.confirm_order(
                order_id=order.pk, by=person(request), at=timezone.now(), book=book
            )

        return self._ask(
            request,
            queryset,
            name="confirm_many",
            title=_("Confirm the chosen orders"),
            explains=_(
                "Waybills are issued and the centres told. Phone orders must have been read back."
            ),
            form=ConfirmForm(request.POST),
            one=one,
        )

    confirm_many.short_description = gettext_lazy("Confirm")  # type: ignore[attr-defined]  # read by the admin
    confirm_many.allowed_permissions = ("confirm",)  # type: ignore[attr-defined]  # read by the admin

    def assign_many(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder]
    ) -> HttpResponse | None:
        must(request, "assign_workorder")

        def one(order: WorkOrder, typed: dict[str, Any]) -> None:
            services.assign_order(
                order_id=order.pk, owner=typed["owner"], by=person(request), at=timezone.now()
            )

        data = request.POST if "go" in request.POST else None
        return self._ask(
            request,
            queryset,
            name="assign_many",
            title=_("Give the chosen orders to another agent"),
            explains=_("The orders and their open steps go to the new owner."),
            form=AssignForm(data, user=person(request)),
            one=one,
        )

    assign_many.short_description = gettext_lazy("Give to another agent")  # type: ignore[attr-defined]  # read by the admin
    assign_many.allowed_permissions = ("assign",)  # type: ignore[attr-defined]  # read by the admin

    def print_many(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder]
    ) -> HttpResponse | None:
        title = _("Print the chosen work orders")
        return self._print_many(request, queryset, PrintKind.WORK_ORDER, "print_many", title)

    print_many.short_description = gettext_lazy("Print work orders")  # type: ignore[attr-defined]  # read by the admin
    print_many.allowed_permissions = ("print",)  # type: ignore[attr-defined]  # read by the admin

    def print_labels_many(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder]
    ) -> HttpResponse | None:
        title = _("Print the labels of the chosen orders")
        return self._print_many(request, queryset, PrintKind.LABEL, "print_labels_many", title)

    print_labels_many.short_description = gettext_lazy("Print labels")  # type: ignore[attr-defined]  # read by the admin
    print_labels_many.allowed_permissions = ("print",)  # type: ignore[attr-defined]  # read by the admin

    def _print_many(
        self,
        request: HttpRequest,
        queryset: QuerySet[WorkOrder],
        kind: PrintKind,
        name: str,
        title: str,
    ) -> HttpResponse | None:
        must(request, "print_workorder")

        def one(order: WorkOrder, typed: dict[str, Any]) -> None:
            services.print_order(
                order_id=order.pk,
                kind=kind,
                reason=typed["reason"],
                by=person(request),
                at=timezone.now(),
            )

        return self._ask(
            request,
            queryset,
            name=name,
            title=title,
            explains=_("Each copy is counted. The reason is kept with those printed before."),
            form=ReasonForm(
                request.POST if "go" in request.POST else None,
                initial={"reason": _("Printed together")},
            ),
            one=one,
            button=_("Print"),
            papers=kind,
        )

    def cancel_many(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder]
    ) -> HttpResponse | None:
        must(request, "cancel_workorder")

        def one(order: WorkOrder, typed: dict[str, Any]) -> None:
            services.cancel_order(
                order_id=order.pk, reason=typed["reason"], by=person(request), at=timezone.now()
            )

        return self._ask(
            request,
            queryset,
            name="cancel_many",
            title=_("Cancel the chosen orders"),
            explains=_("Their waybills are cancelled too. This cannot be undone."),
            form=ReasonForm(request.POST if "go" in request.POST else None),
            one=one,
        )

    cancel_many.short_description = gettext_lazy("Cancel with a reason")  # type: ignore[attr-defined]  # read by the admin
    cancel_many.allowed_permissions = ("cancel",)  # type: ignore[attr-defined]  # read by the admin

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[WorkOrder],
        *,
        name: str,
        title: str,
        explains: str,
        form: Any,
        one: Callable[[WorkOrder, dict[str, Any]], None],
        button: str = "",
        papers: PrintKind | None = None,
    ) -> HttpResponse | None:
        """The page that asks, or, after its own POST, the doing and the results in words."""
        orders = list(queryset.order_by("pk")[: MOST + 1])
        if len(orders) > MOST:
            messages.error(request, _("At most %(most)s orders at a time.") % {"most": MOST})
            return None
        if "go" in request.POST and form.is_valid():
            done = self._do_each(request, orders, form.cleaned_data, one)
            if papers and done:
                ids = ",".join(str(order.pk) for order in done)
                answer = redirect("admin:orders_workorder_papers")
                answer["Location"] += f"?ids={ids}&kind={papers}"
                return answer
            return None
        return self.page(
            request,
            "orders/bulk.html",
            title,
            orders=orders,
            form=form,
            explains=explains,
            action=name,
            button=button or title,
        )

    def _do_each(
        self,
        request: HttpRequest,
        orders: list[WorkOrder],
        typed: dict[str, Any],
        one: Callable[[WorkOrder, dict[str, Any]], None],
    ) -> list[WorkOrder]:
        done = []
        for order in orders:
            try:
                one(order, typed)
                done.append(order)
            except RuleBroken as refusal:
                messages.warning(request, f"{order.number}: {refusal}")
        if done:
            messages.success(request, _("Done for %(n)s orders.") % {"n": len(done)})
        return done
