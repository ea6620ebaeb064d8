"""Messages in the back office: found by shipment, person or event, with every attempt."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.backoffice.staff_admin import in_words, timeline_rows
from apps.core import times
from apps.notifications import channels, services
from apps.notifications.admin.acts import Act, ActingAdmin
from apps.notifications.enums import DeliveryState, channel_name
from apps.notifications.forms import MyWishesForm, ReasonForm, ResolveForm, dress
from apps.notifications.models import Delivery
from apps.notifications.provider_words import unapproved_words
from apps.notifications.queries import desk
from apps.notifications.queries.people import wishes_of
from apps.notifications.queries.recipients import staff_person
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


ACTS = (
    Act(
        "resend",
        gettext_lazy("Send again"),
        gettext_lazy(
            "The message is sent again to the same person by the same channel. If it is unclear "
            "whether it arrived, the person may get it twice."
        ),
        "resend_delivery",
        lambda d, typed, who: services.resend_delivery(
            delivery_id=d.pk, reason=typed["reason"], **who
        ),
        gettext_lazy("The message waits to be sent again."),
        ReasonForm,
        _may_resend,
    ),
    Act(
        "cancel",
        gettext_lazy("Cancel"),
        gettext_lazy("The message is not sent, and no other channel takes it over."),
        "cancel_delivery",
        lambda d, typed, who: services.cancel_delivery(
            delivery_id=d.pk, reason=typed["reason"], **who
        ),
        gettext_lazy("The message will not be sent."),
        ReasonForm,
        _waits,
        danger=True,
    ),
    Act(
        "hand-over",
        gettext_lazy("Hand to a person"),
        gettext_lazy("A call to make goes into the queue of customer service."),
        "hand_over_delivery",
        lambda d, typed, who: services.hand_over_delivery(
            delivery_id=d.pk, reason=typed["reason"], **who
        ),
        gettext_lazy("The call is in the queue."),
        ReasonForm,
        _may_become(DeliveryState.HANDED_OVER),
    ),
    Act(
        "resolve",
        gettext_lazy("Settle"),
        gettext_lazy(
            "You found out whether the message arrived. If not, the next channel is used."
        ),
        "resolve_delivery",
        lambda d, typed, who: services.resolve_delivery(
            delivery_id=d.pk, arrived=typed["arrived"] == "yes", reason=typed["reason"], **who
        ),
        gettext_lazy("The message is settled."),
        ResolveForm,
        lambda d: d.carried_by_id is None and d.state == DeliveryState.AMBIGUOUS,
    ),
)


@admin.register(Delivery)
class DeliveryAdmin(ActingAdmin):
    acts = ACTS
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

    def get_urls(self) -> list[URLPattern]:
        own = [
            ("health/", require_GET(self.health_view), "notifications_health"),
            ("mine/", require_GET(self.mine_view), "notifications_mine"),
            ("mine/wishes/", self.wishes_view, "notifications_wishes"),
            ("mine/read/", require_POST(self.read_view), "notifications_read"),
            ("bell/", require_GET(self.bell_view), "notifications_bell"),
        ]
        pages = [
            path(where, never_cache(self.admin_site.admin_view(view)), name=name)
            for where, view, name in own
        ]
        return [*pages, *super().get_urls()]

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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:
            return redirect("admin:notifications_delivery_changelist")
        delivery = self.seen(request, int(object_id))
        shown = (
            channels.channel(delivery.channel).shows
            if channels.known(delivery.channel)
            else frozenset()
        )
        context = {
            "title": desk.topic_label(delivery.topic),
            "delivery": delivery,
            "state": DeliveryState(delivery.state),
            "acts": self.offered(request, delivery),
            "timeline": timeline_rows(delivery, self.timeline_limit),
            **desk.delivery_page(delivery, shown),
        }
        return self.page(request, "notifications/delivery.html", context)

    def health_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may(request, "see_health"):
            raise PermissionDenied
        known = [(str(c.name), str(c.label), c.configured()) for c in channels.all_channels()]
        context = {
            "title": _("How the channels are doing"),
            "channels": desk.health(known),
            "unclear": desk.unclear(request.user),  # type: ignore[arg-type]  # a user
            "calls": desk.open_calls(request.user),  # type: ignore[arg-type]  # a user
            "unapproved": unapproved_words(),
        }
        return self.page(request, "notifications/health.html", context)

    def mine_view(self, request: HttpRequest) -> HttpResponse:
        bell = desk.bell(request.user)  # type: ignore[arg-type]  # a user
        return self.page(
            request, "notifications/mine.html", {"title": _("My messages"), "bell": bell}
        )

    def wishes_view(self, request: HttpRequest) -> HttpResponse:
        """How one's own messages come: everybody's own business, so no permission is asked."""
        me: Any = request.user
        form = MyWishesForm(request.POST or None, person=staff_person(me), now=wishes_of(me))
        if request.method == "POST" and form.is_valid():
            services.set_preference(
                recipient=f"user:{me.pk}",
                label=me.display_name,
                values=form.cleaned_data,
                by=me,
                at=timezone.now(),
            )
            messages.success(request, _("Your messages come that way from now on."))
            return redirect("admin:notifications_mine")
        return self._form_page(
            request,
            _("How I want to be told"),
            _("What is urgent comes in any case."),
            dress(form),
            None,
            back=reverse("admin:notifications_mine"),
        )

    def read_view(self, request: HttpRequest) -> HttpResponse:
        ids = [int(text) for text in request.POST.getlist("id") if text.isdecimal()]
        services.mark_read(by=request.user, delivery_ids=ids or None, at=timezone.now())  # type: ignore[arg-type]  # a user
        return redirect("admin:notifications_mine")

    def bell_view(self, request: HttpRequest) -> JsonResponse:
        """For the bell on every page, asked once in a while."""
        unread = desk.unread_count(request.user)  # type: ignore[arg-type]  # a user
        label = _("My messages, %(n)d unread") % {"n": unread} if unread else _("My messages")
        return JsonResponse(
            {"unread": unread, "label": label, "link": reverse("admin:notifications_mine")}
        )
