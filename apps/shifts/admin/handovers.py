"""Handovers: the list with its words, offering and accepting; and what happened while one was away."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.enums import Role
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.events.kinds import label_of
from apps.shifts import forms, services
from apps.shifts.admin.lists import HandoverList
from apps.shifts.enums import MATTER, HandoverState, ItemState
from apps.shifts.models import Handover
from apps.shifts.queries.handing_over import (
    items_of,
    last_away,
    moved_kinds,
    receivers,
    while_away,
)
from apps.shifts.queries.taking_over import with_reach
from apps.shifts.states import HANDOVER_MOVES
from apps.sla.models import Matter

WORK = "shifts.work_handover"


def _offer(context: ActContext) -> None:
    form = context.form
    services.offer_handover(
        handover_id=context.record.pk, receiver=form.cleaned_data["receiver"],
        note=form.cleaned_data["note"], words=form.words, kept=form.kept_ids, **context.who,
    )  # fmt: skip


def _accept(context: ActContext) -> None:
    services.accept_handover(
        handover_id=context.record.pk, returned=context.form.returned, **context.who
    )


def _offer_options(context: ActContext) -> dict[str, Any]:
    people = with_reach(receivers(context.record, context.at))
    return {"items": items_of(context.record), "people": people}


def _to(state: HandoverState) -> Any:
    def may(handover: Handover) -> bool:
        is_offered = handover.offered_at is not None or state == HandoverState.OFFERED
        return is_offered and HANDOVER_MOVES.allows(handover.state, state)

    return may


ACTS = (
    Act("accept", _("Accept the watch"), WORK, _accept, form=forms.AcceptForm,
        options=lambda context: {"items": items_of(context.record)}, may=_to(HandoverState.ACCEPTED), is_panel=True,
        offered_to=lambda row, user: row.receiver_id == user.pk,
        explains=_("What is due comes to you until the colleague is back; their cases stay theirs. What you cannot take goes back with a reason."),
        done=_("The watch is yours.")),
    Act("offer", _("Hand over the shift"), WORK, _offer, form=forms.OfferForm, options=_offer_options,
        initial=lambda context: {"receiver": context.record.receiver_id, "note": context.record.note},
        may=_to(HandoverState.OFFERED), is_panel=True,
        explains=_("Your cases stay yours; the colleague has an eye on them until you are back."),
        done=_("Offered. You may leave; somebody is always in charge.")),
)  # fmt: skip


@admin.register(Handover)
class HandoverAdmin(ListAdmin, PanelAdmin):
    acts = ACTS
    listing = HandoverList()
    page_template = "shifts/handover.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return Handover.objects.visible_to(person(request)).select_related(
            "giver", "receiver", "watch", "shift__unit"
        )

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("away/", require_safe(self.away_view), "away"), *super().own_pages()]

    def panels(self, request: HttpRequest, record: Handover, **more: Any) -> Any:
        """Each of the two sees what is theirs to do."""
        user = person(request)
        mine = {"accept": record.receiver_id == user.pk, "offer": record.receiver_id != user.pk}
        found = super().panels(request, record, **more)
        return [panel for panel in found if mine[panel.act.name]]

    def facts(self, request: HttpRequest, record: Handover) -> dict[str, Any]:
        kinds = moved_kinds()
        items = [
            (item, _kind(item.page_type), ItemState(item.state))
            for item in items_of(record)
            if item.kind == MATTER or item.kind in kinds
        ]
        return {
            "title": str(record), "items": items, "state": HandoverState(record.state),
            "role": Role(record.shift.role),
        }  # fmt: skip

    def away_view(self, request: HttpRequest) -> HttpResponseBase:
        """From the end of one's last shift that was handed over until now, or until one was back."""
        must(request, WORK)
        user, at = person(request), timezone.now()
        handover = last_away(user, at)
        news: list[Any] = []
        if handover is not None:
            until = min(at, handover.until)
            events = while_away(user, handover.ends_at, until)
            titles = _titles([(one.subject_type, one.subject_id) for one in events])
            news = [
                (one, label_of(one.kind), titles.get((one.subject_type, one.subject_id), ""))
                for one in events
            ]
        return self.page(
            request, "shifts/away.html", _("While you were away"), handover=handover, news=news,
            returned=_returned(handover),
        )  # fmt: skip


def _kind(page_type: str) -> str:
    """What the thing is called that has its page there."""
    return str(apps.get_model(page_type)._meta.verbose_name)


def _titles(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    rows = Matter.objects.filter(
        subject_type__in={kind for kind, _pk in keys}, subject_id__in={pk for _kind, pk in keys}
    )
    return {
        (kind, pk): title
        for kind, pk, title in rows.values_list("subject_type", "subject_id", "title")
    }


def _returned(handover: Handover | None) -> list[Any]:
    if handover is None:
        return []
    return [item for item in items_of(handover) if item.state == ItemState.RETURNED]
