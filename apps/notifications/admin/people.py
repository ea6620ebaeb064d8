"""What people want and what is announced to everybody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core import times
from apps.notifications import services
from apps.notifications.admin.acts import Act, Entry, RecordAdmin
from apps.notifications.enums import (
    SubscriptionState,
    SuppressionReason,
)
from apps.notifications.forms import AnnouncementForm, NewWishesForm, StopForm, WishesForm
from apps.notifications.models import (
    Announcement,
    Preference,
    Subscription,
    SuppressedAddress,
)
from apps.notifications.queries.people import recipient_of
from apps.tracking.models import Waybill


def _new_wishes(typed: Any, who: dict[str, Any]) -> Preference:
    values = dict(typed)
    recipient, label = recipient_of(values.pop("who"))
    return services.set_preference(recipient=recipient, label=label, values=values, **who)


@admin.register(Preference)
class PreferenceAdmin(RecordAdmin):
    acts = (
        Act(
            "change",
            _("Change"),
            _("How this person or customer wants to be told."),
            "manage_preference",
            lambda p, typed, who: services.set_preference(
                recipient=p.recipient, values=typed, **who
            ),
            _("The preference is changed."),
            WishesForm,
            initial=lambda p: {
                "channels": p.channels,
                "muted_topics": p.muted_topics,
                "opted_out": p.opted_out,
                "language": p.language,
                "quiet_from": p.quiet_from,
                "quiet_until": p.quiet_until,
            },
        ),
    )
    entry = Entry(
        _("Message preference"),
        _("How a person or all contacts of a customer want to be told."),
        "manage_preference",
        NewWishesForm,
        _new_wishes,
        _("The preference is saved."),
    )
    list_display = ("recipient_label", "channels", "opted_out", "language", "changed_at")
    list_filter = ("opted_out", "language")
    search_fields = ("recipient_label",)
    fields = (
        *("recipient_label", "channels", "muted_topics", "opted_out", "language"),
        *("quiet_from", "quiet_until", "changed_at", "changed_by"),
    )
    ordering = ("-changed_at",)


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(RecordAdmin):
    acts = (
        Act(
            "lift",
            _("Write to it again"),
            _("Messages go to this address again from now on."),
            "lift_suppressedaddress",
            lambda row, _typed, who: services.lift_address(stopped_id=row.pk, **who),
            _("Messages go to this address again."),
            may=lambda row: row.lifted_at is None,
        ),
    )
    entry = Entry(
        _("Stop an address"),
        _("Nothing is sent to this address any more, by this channel."),
        "lift_suppressedaddress",
        StopForm,
        lambda typed, who: services.stop_address(**typed, reason=SuppressionReason.BLOCKED, **who),
        _("Nothing is sent to this address any more."),
    )
    list_display = ("label", "channel", "reason_tag", "code", "since", "lifted")
    list_filter = ("channel", "reason")
    fields = ("label", "channel", "reason", "code", "created_at", "created_by", "lifted_at")
    ordering = ("-id",)

    @admin.display(description=_("reason"))
    def reason_tag(self, row: SuppressedAddress) -> SafeString:
        return self.tag(SuppressionReason(row.reason))

    @admin.display(description=_("since"))
    def since(self, row: SuppressedAddress) -> str:
        return times.human(row.created_at)

    @admin.display(description=_("lifted at"))
    def lifted(self, row: SuppressedAddress) -> str:
        return times.human(row.lifted_at)


@admin.register(Announcement)
class AnnouncementAdmin(RecordAdmin):
    acts = (
        Act(
            "withdraw",
            _("Withdraw"),
            _("It disappears from the public pages at once."),
            "change_announcement",
            lambda row, _typed, who: services.withdraw_announcement(announcement_id=row.pk, **who),
            _("It is not shown any more."),
            may=lambda row: row.withdrawn_at is None,
            danger=True,
        ),
    )
    entry = Entry(
        _("Publish an announcement"),
        _("Everybody sees it at the top of the public pages, in their language."),
        "add_announcement",
        AnnouncementForm,
        lambda typed, who: services.publish_announcement(typed, **who),
        _("It is published."),
        initial=lambda: {"starts_at": timezone.localtime()},
    )
    list_display = ("title_zh", "title_en", "urgent", "starts_at", "ends_at", "withdrawn_at")
    fields = (
        *("title_zh", "body_zh", "title_en", "body_en", "urgent", "starts_at", "ends_at"),
        *("created_by", "withdrawn_at", "withdrawn_by"),
    )
    ordering = ("-starts_at",)


@admin.register(Subscription)
class SubscriptionAdmin(RecordAdmin):
    acts = (
        Act(
            "end",
            _("End it"),
            _("This person hears no more about this shipment."),
            "manage_preference",
            lambda row, _typed, who: services.end_subscription(subscription_id=row.pk, **who),
            _("The subscription is over."),
            may=lambda row: row.state != SubscriptionState.ENDED,
        ),
    )
    list_display = ("waybill", "address_label", "channel", "state_tag", "created_at")
    list_filter = ("state", "channel")
    search_fields = ("waybill__number",)
    fields = (
        *("waybill", "channel", "address_label", "language", "state"),
        *("created_at", "confirmed_on", "ended_on"),
    )
    list_select_related = ("waybill",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        visible = Waybill.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return Subscription.objects.filter(waybill__in=visible).select_related("waybill")

    @admin.display(description=_("state"))
    def state_tag(self, row: Subscription) -> SafeString:
        return self.tag(SubscriptionState(row.state))
