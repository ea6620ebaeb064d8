"""Kuaidi100 credentials and what merchants follow with them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.inquiries.enums import AccountKind, Monitor
from apps.inquiries.forms import AccountForm, ChangeAccountForm
from apps.inquiries.models import Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.queries.pages import accounts, subscriptions
from apps.inquiries.services import accounts as services

MANAGE = "inquiries.manage_kuaidi100account"
STOP = "inquiries.stop_kuaidi100subscription"


def _key(account: Kuaidi100Account, key: str) -> dict[str, str]:
    """What the page of a key shows."""
    return {"code": account.code, "key": key}


def _answering(service: Any) -> Any:
    """A service that answers with the key."""

    def run(context: ActContext) -> dict[str, str]:
        return _key(context.record, service(account_id=context.record.pk, **context.who))

    return run


MAKE = Act("make", _("Make credentials"), MANAGE, lambda _d: None, shows="inquiries/key.html")
ACTS = (
    Act(
        "change", _("Change"), MANAGE,
        lambda d: services.change_account(d.record, **d.typed, **d.who), done=_("Saved."),
        form=ChangeAccountForm, is_panel=True,
        initial=lambda d: model_to_dict(d.record, ChangeAccountForm.base_fields),
    ),
    Act(
        "reveal", _("Show the key"), MANAGE, _answering(services.reveal_key),
        shows="inquiries/key.html", is_panel=True,
    ),
    Act(
        "renew", _("Renew the key"), MANAGE, _answering(services.renew_key),
        shows="inquiries/key.html", danger=True, is_panel=True,
    ),
)  # fmt: skip


@admin.register(Kuaidi100Account)
class Kuaidi100AccountAdmin(PanelAdmin):
    """A key is shown once when it is made or renewed, and again only on request, on record."""

    acts = ACTS
    form = AccountForm
    list_display = ["name", "what", "customer", "code", "is_active", "expires_at"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code__exact", "customer__code", "customer__name"]
    autocomplete_fields = ["customer"]
    ordering = ["name"]
    page_template = "inquiries/account.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Kuaidi100Account]:
        return accounts(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MANAGE)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        typed = {**form.cleaned_data, "kind": AccountKind(form.cleaned_data["kind"])}
        made = services.create_account(**typed, by=person(request), at=timezone.now())
        obj.__dict__.update(made.__dict__)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponseBase:
        return self.show_once(request, MAKE, self.act_context(request, obj), _key(obj, obj.key))

    @admin.display(description=_("kind"))
    def what(self, account: Kuaidi100Account) -> SafeString:
        return self.tag(AccountKind(account.kind))

    def facts(self, request: HttpRequest, account: Kuaidi100Account) -> dict[str, Any]:
        return {"title": account.name, "kind": AccountKind(account.kind)}


@admin.register(Kuaidi100Subscription)
class Kuaidi100SubscriptionAdmin(PanelAdmin):
    list_display = [
        *("number", "account", "callback_host", "stands", "pushes", "last_success", "last_code"),
        *("attempts", "due_at"),
    ]
    list_filter = ["monitor"]
    search_fields = ["number__exact", "callback_host__exact"]
    search_help_text = _("whole waybill number, or the host of the callback")
    ordering = ["-id"]
    page_template = "inquiries/subscription.html"
    acts = (
        Act(
            "stop", _("Stop pushing"), STOP,
            lambda d: services.stop_subscription(subscription_id=d.record.pk, **d.who),
            done=_("Nothing more is pushed."), may=lambda s: s.monitor != Monitor.STOPPED,
            danger=True, is_panel=True,
        ),
        Act(
            "resume", _("Push again"), STOP,
            lambda d: services.resume_subscription(subscription_id=d.record.pk, **d.who),
            done=_("It is followed again."), may=lambda s: s.monitor == Monitor.STOPPED,
            is_panel=True,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Kuaidi100Subscription]:
        return subscriptions(person(request))

    @admin.display(description=_("monitor"))
    def stands(self, subscription: Kuaidi100Subscription) -> SafeString:
        return self.tag(Monitor(subscription.monitor))

    def facts(self, request: HttpRequest, subscription: Kuaidi100Subscription) -> dict[str, Any]:
        return {
            "title": subscription.number,
            "state": Monitor(subscription.monitor),
        }
