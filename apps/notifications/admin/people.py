"""What people want and what is announced to everybody."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordAdmin
from apps.core import times
from apps.notifications import services
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

MANAGE = "notifications.manage_preference"
LIFT = "notifications.lift_suppressedaddress"


def _new_preference(context: ActContext) -> Preference:
    values = dict(context.typed)
    recipient, label = recipient_of(values.pop("who"))
    return services.set_preference(recipient=recipient, label=label, values=values, **context.who)


def _change_preference(context: ActContext) -> None:
    recipient = context.record.recipient
    services.set_preference(recipient=recipient, values=context.typed, **context.who)


@admin.register(Preference)
class PreferenceAdmin(RecordAdmin):
    acts = (
        Act(
            "change",
            _("Change"),
            MANAGE,
            _change_preference,
            explains=_("How this person or customer wants to be told."),
            done=_("The preference is changed."),
            form=WishesForm,
            initial=lambda context: model_to_dict(context.record, WishesForm.base_fields),
        ),
    )
    entry = Act(
        "enter",
        _("Message preference"),
        MANAGE,
        _new_preference,
        explains=_("How a person or all contacts of a customer want to be told."),
        done=_("The preference is saved."),
        form=NewWishesForm,
        button=_("Save"),
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
            LIFT,
            lambda d: services.lift_address(stopped_id=d.record.pk, **d.who),
            explains=_("Messages go to this address again from now on."),
            done=_("Messages go to this address again."),
            may=lambda row: row.lifted_at is None,
        ),
    )
    entry = Act(
        "enter",
        _("Stop an address"),
        LIFT,
        lambda d: services.stop_address(**d.typed, reason=SuppressionReason.BLOCKED, **d.who),
        explains=_("Nothing is sent to this address any more, by this channel."),
        done=_("Nothing is sent to this address any more."),
        form=StopForm,
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
            "notifications.change_announcement",
            lambda d: services.withdraw_announcement(announcement_id=d.record.pk, **d.who),
            explains=_("It disappears from the public pages at once."),
            done=_("It is not shown any more."),
            may=lambda row: row.withdrawn_at is None,
            danger=True,
        ),
    )
    entry = Act(
        "enter",
        _("Publish an announcement"),
        "notifications.add_announcement",
        lambda d: services.publish_announcement(d.typed, **d.who),
        explains=_("Everybody sees it at the top of the public pages, in their language."),
        done=_("It is published."),
        form=AnnouncementForm,
        initial=lambda _context: {"starts_at": timezone.localtime()},
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
            MANAGE,
            lambda d: services.end_subscription(subscription_id=d.record.pk, **d.who),
            explains=_("This person hears no more about this shipment."),
            done=_("The subscription is over."),
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
