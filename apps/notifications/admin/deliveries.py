"""Messages in the back office: found by shipment, person or event, with every attempt."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.staff_admin import in_words, timeline_rows
from apps.core import times
from apps.core.errors import RuleBroken
from apps.notifications import channels, services
from apps.notifications.admin.health import ChannelsReport
from apps.notifications.enums import DeliveryState, channel_name
from apps.notifications.forms import OwnPreferencesForm, ReasonForm, ResolveForm
from apps.notifications.models import Delivery
from apps.notifications.queries import desk
from apps.notifications.queries.people import own_preferences
from apps.notifications.queries.persons import Person, add_accounts, staff_person
from apps.notifications.queries.words import render_for_staff
from apps.notifications.states import DELIVERY_MOVES


def _may_become(state: DeliveryState) -> Any:
    def check(delivery: Delivery) -> bool:
        return delivery.carried_by_id is None and DELIVERY_MOVES.allows(delivery.state, state)

    return check


def _waits(delivery: Delivery) -> bool:
    waiting = (DeliveryState.QUEUED, DeliveryState.HELD)
    return delivery.carried_by_id is None and delivery.state in waiting


def _may_resend(delivery: Delivery) -> bool:
    return _may_become(DeliveryState.QUEUED)(delivery) and delivery.state in (
        DeliveryState.FAILED,
        DeliveryState.SUPPRESSED,
        DeliveryState.AMBIGUOUS,
    )


def _by_reason(service: Any) -> Any:
    """An act that wants nothing but the reason for it."""

    def run(context: ActContext) -> None:
        service(delivery_id=context.record.pk, reason=context.typed["reason"], **context.who)

    return run


def _resolve(context: ActContext) -> None:
    arrived, reason = context.typed["arrived"] == "yes", context.typed["reason"]
    services.resolve_delivery(
        delivery_id=context.record.pk, arrived=arrived, reason=reason, **context.who
    )


ACTS = (
    Act(
        "resend",
        gettext_lazy("Send again"),
        "notifications.resend_delivery",
        _by_reason(services.resend_delivery),
        explains=gettext_lazy(
            "The message is sent again to the same person by the same channel. If it is unclear "
            "whether it arrived, the person may get it twice."
        ),
        done=gettext_lazy("The message waits to be sent again."),
        form=ReasonForm,
        may=_may_resend,
    ),
    Act(
        "cancel",
        gettext_lazy("Cancel"),
        "notifications.cancel_delivery",
        _by_reason(services.cancel_delivery),
        explains=gettext_lazy("The message is not sent, and no other channel takes it over."),
        done=gettext_lazy("The message will not be sent."),
        form=ReasonForm,
        may=_waits,
        danger=True,
    ),
    Act(
        "hand-over",
        gettext_lazy("Hand to a person"),
        "notifications.hand_over_delivery",
        _by_reason(services.hand_over_delivery),
        explains=gettext_lazy("A call to make goes into the queue of customer service."),
        done=gettext_lazy("The call is in the queue."),
        form=ReasonForm,
        may=_may_become(DeliveryState.HANDED_OVER),
    ),
    Act(
        "resolve",
        gettext_lazy("Settle"),
        "notifications.resolve_delivery",
        _resolve,
        explains=gettext_lazy(
            "You found out whether the message arrived. If not, the next channel is used."
        ),
        done=gettext_lazy("The message is settled."),
        form=ResolveForm,
        may=lambda d: d.carried_by_id is None and d.state == DeliveryState.AMBIGUOUS,
    ),
)


def _set_own_preferences(context: ActContext) -> None:
    services.set_preference(
        recipient=f"user:{context.by.pk}",
        label=context.by.display_name,
        values=context.typed,
        **context.who,
    )


def _with_accounts(user: User) -> Person:
    person = staff_person(user)
    add_accounts([person])
    return person


# Everybody's own business: no permission is asked.
OWN_PREFERENCES = Act(
    "preferences",
    gettext_lazy("How I want to be told"),
    "",
    _set_own_preferences,
    explains=gettext_lazy("What is urgent comes in any case."),
    done=gettext_lazy("Your messages come that way from now on."),
    form=OwnPreferencesForm,
    options=lambda d: {"person": _with_accounts(d.by), "now": own_preferences(d.by)},
    button=gettext_lazy("Save"),
)


@admin.register(Delivery)
class DeliveryAdmin(RecordPageAdmin, ActAdmin, ReportAdmin):
    acts, reports = ACTS, (ChannelsReport(),)
    list_display = (
        "when",
        "what",
        "recipient_label",
        "by_channel",
        "shipment",
        "state_tag",
        "tries",
    )
    list_display_links = ("when", "what")
    list_filter = ("state", ("channel", in_words(channel_name)), "audience")
    search_fields = ("waybill__number",)
    search_help_text = gettext_lazy(
        "Waybill number, phone, e-mail address, name of a customer or colleague, or #event"
    )
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        visible = Delivery.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return visible.select_related("waybill").defer("personal", "chain", "address", "data")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        return (desk.find(queryset, search_term) if search_term.strip() else queryset), False

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("mine/", require_GET(self.mine_view), "mine"),
            ("mine/preferences/", self.preferences_view, "preferences"),
            ("mine/read/", require_POST(self.read_view), "read"),
            ("take/<str:key>/", self.take_view, "take"),
            ("bell/", require_GET(self.bell_view), "bell"),
            *super().own_pages(),
        ]

    @admin.display(description=gettext_lazy("when"), ordering="id")
    def when(self, delivery: Delivery) -> str:
        return times.human(delivery.created_at)

    @admin.display(description=gettext_lazy("about"))
    def what(self, delivery: Delivery) -> str:
        return desk.topic_label(delivery.topic)

    @admin.display(description=gettext_lazy("channel"))
    def by_channel(self, delivery: Delivery) -> str:
        return delivery.get_channel_name()

    @admin.display(description=gettext_lazy("waybill"))
    def shipment(self, delivery: Delivery) -> str:
        return delivery.waybill.number if delivery.waybill else "—"

    @admin.display(description=gettext_lazy("state"))
    def state_tag(self, delivery: Delivery) -> SafeString:
        return self.tag(DeliveryState(delivery.state))

    @admin.display(description=gettext_lazy("attempts"))
    def tries(self, delivery: Delivery) -> int:
        return delivery.attempts

    def show_record(self, request: HttpRequest, delivery: Delivery) -> HttpResponseBase:
        shown = (
            channels.channel(delivery.channel).shows
            if channels.known(delivery.channel)
            else frozenset()
        )
        context = {
            "delivery": delivery,
            "state": DeliveryState(delivery.state),
            "acts": self.offered(request, delivery),
            "timeline": timeline_rows(delivery, self.timeline_limit),
            **desk.delivery_page(delivery, shown),
        }
        return self.page(
            request, "notifications/delivery.html", desk.topic_label(delivery.topic), **context
        )

    def mine_view(self, request: HttpRequest) -> HttpResponse:
        bell = desk.bell(request.user)  # type: ignore[arg-type]  # a user
        return self.page(request, "notifications/mine.html", _("My messages"), bell=bell)

    def preferences_view(self, request: HttpRequest) -> HttpResponseBase:
        """How one's own messages come."""
        mine = reverse("admin:notifications_delivery_mine")
        return self.answer(request, OWN_PREFERENCES, self.act_context(request, None), back=mine)

    def take_view(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Where the button *I will handle it* leads from a message that cannot bring the press back itself: whoever
        pressed it has signed in by now."""
        mine = reverse("admin:notifications_delivery_mine")
        by: User = request.user  # type: ignore[assignment]  # staff pages know users only
        try:
            delivery = services.message_to_take(key, by=by, at=timezone.now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect(mine)
        words = render_for_staff(delivery, frozenset(), by.language)
        act = Act(
            "take-it",
            gettext_lazy("I will handle it"),
            "",
            lambda d: services.take_from_message(key=key, via="link", **d.who),
            explains=f"{words.subject or words.text}",
            done=gettext_lazy("Taken: it is yours now."),
        )
        context = self.act_context(request, None)
        return self.answer(request, act, context, back=delivery.link or mine)

    def read_view(self, request: HttpRequest) -> HttpResponse:
        ids = [int(text) for text in request.POST.getlist("id") if text.isdecimal()]
        services.mark_read(by=request.user, delivery_ids=ids or None, at=timezone.now())  # type: ignore[arg-type]  # a user
        return redirect("admin:notifications_delivery_mine")

    def bell_view(self, request: HttpRequest) -> JsonResponse:
        """For the bell on every page, asked once in a while."""
        unread = desk.unread_count(request.user)  # type: ignore[arg-type]  # a user
        label = _("My messages, %(n)d unread") % {"n": unread} if unread else _("My messages")
        return JsonResponse(
            {"unread": unread, "label": label, "link": reverse("admin:notifications_delivery_mine")}
        )
