"""Kuaidi100 credentials and what merchants follow with them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.inquiries.enums import AccountKind, Monitor
from apps.inquiries.forms import AccountForm, ChangeAccountForm, NothingForm
from apps.inquiries.models import Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.queries.pages import accounts, subscriptions
from apps.inquiries.services import accounts as services
from apps.tracking.admin.acting import Act, ActingAdmin, person

MANAGE = "inquiries.manage_kuaidi100account"
STOP = "inquiries.stop_kuaidi100subscription"


def _change(account: Kuaidi100Account, form: Any, **who: Any) -> None:
    services.change_account(account, **form.cleaned_data, **who)


@admin.register(Kuaidi100Account)
class Kuaidi100AccountAdmin(ActingAdmin):
    """A key is shown once when it is made or renewed, and again only on request, on record."""

    form = AccountForm
    list_display = ["name", "what", "customer", "code", "is_active", "expires_at"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code__exact", "customer__code", "customer__name"]
    autocomplete_fields = ["customer"]
    ordering = ["name"]
    page_template = "inquiries/account.html"

    acts = (
        Act(
            "change", _("Change"), ChangeAccountForm, MANAGE, _change, _("Saved."),
            initial=lambda a: {
                "name": a.name, "is_active": a.is_active, "expires_at": a.expires_at
            },
        ),
        Act("reveal", _("Show the key"), NothingForm, MANAGE, lambda *_a, **_k: None, ""),
        Act(
            "renew", _("Renew the key"), NothingForm, MANAGE, lambda *_a, **_k: None, "",
            danger=True,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Kuaidi100Account]:
        return accounts(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MANAGE)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = services.create_account(
            kind=AccountKind(form.cleaned_data["kind"]),
            name=form.cleaned_data["name"],
            customer=form.cleaned_data["customer"],
            expires_at=form.cleaned_data["expires_at"],
            by=person(request),
            at=timezone.now(),
        )
        obj.pk, obj.created_by = made.pk, made.created_by
        self._show_key(request, made.code, made.key)

    def _try(self, request: HttpRequest, tried: Any, subject: Any) -> Any:
        """Looking at a key and renewing it answer with the key itself, on this page alone."""
        if tried.act.name not in ("reveal", "renew"):
            return super()._try(request, tried, subject)
        work = services.renew_key if tried.act.name == "renew" else services.reveal_key
        key = work(account_id=subject.pk, by=person(request), at=timezone.now())
        self._show_key(request, subject.code, key)
        return None

    def _show_key(self, request: HttpRequest, code: str, key: str) -> None:
        said = gettext("Customer code: %(code)s. Key: %(key)s. Hand both over safely.")
        messages.warning(request, said % {"code": code, "key": key})

    @admin.display(description=_("kind"))
    def what(self, account: Kuaidi100Account) -> SafeString:
        return self.tag(AccountKind(account.kind))

    def facts(self, request: HttpRequest, account: Kuaidi100Account) -> dict[str, Any]:
        return {"title": account.name, "kind": AccountKind(account.kind)}


def _stop(subscription: Kuaidi100Subscription, form: Any, **who: Any) -> None:
    services.stop_subscription(subscription_id=subscription.pk, **who)


def _resume(subscription: Kuaidi100Subscription, form: Any, **who: Any) -> None:
    services.resume_subscription(subscription_id=subscription.pk, **who)


@admin.register(Kuaidi100Subscription)
class Kuaidi100SubscriptionAdmin(ActingAdmin):
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
            "stop", _("Stop pushing"), NothingForm, STOP, _stop, _("Nothing more is pushed."),
            when=lambda s: s.monitor != Monitor.STOPPED, danger=True,
        ),
        Act(
            "resume", _("Push again"), NothingForm, STOP, _resume, _("It is followed again."),
            when=lambda s: s.monitor == Monitor.STOPPED,
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
