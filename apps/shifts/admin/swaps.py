"""Swaps, and what is mine: my shifts, handovers, the link for my calendar."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.enums import Role
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.once import done_here
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.core.public_links import public_link
from apps.core.times import local
from apps.shifts import forms, services
from apps.shifts.admin.lists import SwapList
from apps.shifts.enums import SwapState
from apps.shifts.models import Swap
from apps.shifts.queries.feeds import feed_of, shifts_ahead
from apps.shifts.queries.handing_over import handovers_of
from apps.shifts.queries.taking_over import holders, with_reach

ASK, DECIDE = "shifts.ask_swap", "shifts.decide_swap"


def _ask(context: ActContext) -> Swap:
    values = dict(context.typed)
    shift_id = int(values.pop("shift"))
    return services.ask_swap(shift_id=shift_id, **values, **context.who)


def _mine(context: ActContext) -> dict[str, Any]:
    shifts = shifts_ahead(context.by, context.at)
    people = {
        user.pk: user
        for unit, role in {(one.unit, one.role) for one in shifts}
        for user in holders(role, unit, context.at)
        if user.pk != context.by.pk
    }
    chosen = sorted(people.values(), key=lambda user: user.display_name)
    words = [
        (one.pk, f"{local(one.starts_at)} – {local(one.ends_at)} {one.unit}") for one in shifts
    ]
    return {"shifts": words, "people": with_reach(chosen)}


def _state(*states: SwapState) -> Any:
    def may(swap: Swap) -> bool:
        return swap.state in states

    return may


ENTER = Act("ask", _("Ask for a swap"), ASK, _ask, form=forms.SwapForm, options=_mine,
    initial=lambda context: {"shift": context.query.get("shift", "")},
    explains=_("A colleague takes it, then whoever plans the roster confirms it. Until then the shift is yours."))  # fmt: skip
ACTS = (
    Act("take", _("I work it"), ASK, lambda c: services.take_swap(swap_id=c.record.pk, **c.who) and None,
        may=_state(SwapState.ASKED), is_panel=True, offered_to=lambda swap, user: swap.asked_by_id != user.pk,
        explains=_("It is yours once it has been confirmed."), done=_("You have taken it; it waits to be confirmed.")),
    Act("confirm", _("Confirm the swap"), DECIDE, lambda c: services.confirm_swap(swap_id=c.record.pk, **c.who) and None,
        may=_state(SwapState.TAKEN), is_panel=True,
        explains=_("The roster changes at once: what is before stays, the rest is the colleague's."), done=_("Swapped.")),
    Act("refuse", _("Refuse or take back"), ASK,
        lambda c: services.refuse_swap(swap_id=c.record.pk, reason=c.typed["reason"], **c.who) and None,
        form=ReasonForm, may=_state(SwapState.ASKED, SwapState.TAKEN), is_panel=True, danger=True,
        explains=_("The shift stays with whoever has it."), done=_("The shift stays as it was.")),
)  # fmt: skip


@admin.register(Swap)
class SwapAdmin(ListAdmin, PanelAdmin):
    acts, entry = ACTS, ENTER
    listing = SwapList()
    add_label = _("Ask for a swap")
    page_template = "shifts/swap.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return Swap.objects.visible_to(person(request)).select_related(
            "shift__unit", "shift__user", "asked_by", "to_user", "taken_by", "ended_by"
        )

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("mine/", require_safe(self.mine_view), "mine"),
            ("mine/link/", require_POST(self.link_view), "link"),
            ("mine/link/end/", require_POST(self.end_link_view), "end_link"),
            *super().own_pages(),
        ]

    def facts(self, request: HttpRequest, record: Swap) -> dict[str, Any]:
        return {"title": str(record), "state": SwapState(record.state)}

    def mine_view(self, request: HttpRequest) -> HttpResponseBase:
        shown: HttpResponseBase = self._mine_page(request)
        return shown

    def link_view(self, request: HttpRequest) -> HttpResponseBase:
        """A new link, shown in this answer alone."""
        must(request, ASK)
        token = services.make_feed(by=person(request), at=timezone.now())
        answer = self._mine_page(request, link=public_link("shifts:feed", token))
        message = gettext(
            "Your link was made by your first press and is not shown again. Make a new one if you missed it."
        )
        done: HttpResponseBase = done_here(
            answer, where=reverse("admin:shifts_swap_mine"), message=message
        )
        return done

    def end_link_view(self, request: HttpRequest) -> HttpResponseBase:
        must(request, ASK)
        services.revoke_feed(by=person(request), at=timezone.now())
        messages.success(request, gettext("The link gives nothing any more."))
        return HttpResponseRedirect(reverse("admin:shifts_swap_mine"))

    def _mine_page(self, request: HttpRequest, link: str = "") -> Any:
        must(request, ASK)
        user, at = person(request), timezone.now()
        shifts = [(one, Role(one.role)) for one in shifts_ahead(user, at)]
        swaps = Swap.objects.filter(shift__in=[one.pk for one, _role in shifts])
        asked = {swap.shift_id: SwapState(swap.state) for swap in swaps.order_by("pk")}
        return self.page(
            request, "shifts/mine.html", _("My shifts"),
            shifts=[(one, role, asked.get(one.pk)) for one, role in shifts],
            handovers=list(handovers_of(user)), feed=feed_of(user), link=link, me=user,
        )  # fmt: skip
