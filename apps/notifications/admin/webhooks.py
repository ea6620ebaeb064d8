"""Merchants' webhooks, as staff see them: addresses and what was sent, never a secret."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act
from apps.backoffice.records import RecordAdmin
from apps.core import times
from apps.notifications import services
from apps.notifications.enums import EndpointState
from apps.notifications.models import WebhookEndpoint, WebhookEvent

MANAGE = "notifications.manage_endpoint"


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(RecordAdmin):
    acts = (
        Act(
            "pause",
            _("Pause"),
            MANAGE,
            lambda d: services.change_endpoint(endpoint_id=d.record.pk, paused=True, **d.who),
            explains=_("Nothing is sent there until it is switched on; the log goes on."),
            done=_("The endpoint is paused."),
            may=lambda row: row.state == EndpointState.ACTIVE and row.removed_at is None,
        ),
        Act(
            "enable",
            _("Switch on"),
            MANAGE,
            lambda d: services.change_endpoint(endpoint_id=d.record.pk, paused=False, **d.who),
            explains=_("Events are sent there again; the merchant can replay what it missed."),
            done=_("The endpoint is on."),
            may=lambda row: row.state != EndpointState.ACTIVE and row.removed_at is None,
        ),
    )
    list_display = ("url", "customer", "state_tag", "failing", "last")
    list_filter = ("state",)
    search_fields = ("url", "customer__code")
    list_select_related = ("customer",)
    fields = (
        *("url", "customer", "description", "event_types", "state", "state_reason"),
        *("failing_since", "last_success", "created_at", "created_by"),
    )
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        visible = WebhookEndpoint.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return visible.defer("secret", "previous_secret")

    @admin.display(description=_("state"))
    def state_tag(self, row: WebhookEndpoint) -> SafeString:
        return self.tag(EndpointState(row.state))

    @admin.display(description=_("failing since"))
    def failing(self, row: WebhookEndpoint) -> str:
        return times.human(row.failing_since)

    @admin.display(description=_("last success"))
    def last(self, row: WebhookEndpoint) -> str:
        return times.human(row.last_success)


@admin.register(WebhookEvent)
class WebhookEventAdmin(RecordAdmin):
    list_display = ("when", "type", "customer", "uid")
    list_filter = ("type",)
    search_fields = ("customer__code",)
    list_select_related = ("customer",)
    fields = ("uid", "type", "at", "customer", "payload")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return WebhookEvent.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only

    @admin.display(description=_("when"))
    def when(self, row: WebhookEvent) -> str:
        return times.human(row.at)
