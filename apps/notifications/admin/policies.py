"""Who is notified of what, how and in which words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import who
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordPageAdmin, ServiceAdmin
from apps.backoffice.staff_admin import timeline_rows
from apps.notifications import channels, services
from apps.notifications.enums import Audience, channel_choices
from apps.notifications.forms import NewWordsForm, TemplateForm
from apps.notifications.models import MessageTemplate, NotificationPolicy
from apps.notifications.provider_words import provider_views
from apps.notifications.queries import desk, words
from apps.notifications.topics import TOPICS, topic_choices

MANAGE_WORDS = "notifications.manage_template"
_TAG = '<span class="tag tag-{}">{}</span>'


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    topic = forms.ChoiceField(label=_("about"), choices=topic_choices)
    channels = forms.CharField(label=_("channels, in order"))

    class Meta:
        model = NotificationPolicy
        fields = [
            *("topic", "audience", "role", "channels", "urgent", "fallback_minutes"),
            *("digest_minutes", "quiet_from", "quiet_until", "max_age_hours", "active"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].help_text = _("By commas, the first one first: %(names)s.") % {
            "names": ", ".join(name for name, _label in channel_choices())
        }
        if self.instance.pk:
            self.initial["channels"] = ", ".join(self.instance.channels)

    def clean_channels(self) -> list[str]:
        typed = self.cleaned_data["channels"].replace("，", ",").replace("、", ",")
        names = [name.strip() for name in typed.split(",") if name.strip()]
        unknown = [name for name in names if name not in dict(channel_choices())]
        if unknown or not names:
            raise forms.ValidationError(
                _("There is no channel %(name)s."), params={"name": ", ".join(unknown) or "–"}
            )
        return names


@admin.register(NotificationPolicy)
class NotificationPolicyAdmin(ServiceAdmin):
    permission = "notifications.manage_policy"
    form = PolicyForm
    list_display = (
        *("about", "who", "how", "haste", "fallback_minutes", "digest_minutes", "in_use"),
    )
    list_filter = ("audience", "active", "urgent")
    search_fields = ("topic",)
    ordering = ("topic", "audience", "role")

    @admin.display(description=_("about"), ordering="topic")
    def about(self, policy: NotificationPolicy) -> str:
        return desk.topic_label(policy.topic)

    @admin.display(description=_("who is told"))
    def who(self, policy: NotificationPolicy) -> SafeString:
        return self.tag(Audience(policy.audience))

    @admin.display(description=_("channels, in order"))
    def how(self, policy: NotificationPolicy) -> str:
        known = dict(channel_choices())
        return " → ".join(str(known.get(name, name)) for name in policy.channels)

    @admin.display(description=_("urgent"), ordering="urgent")
    def haste(self, policy: NotificationPolicy) -> SafeString | str:
        return format_html(_TAG, "amber", _("urgent")) if policy.urgent else ""

    @admin.display(description=_("in use"), ordering="active")
    def in_use(self, policy: NotificationPolicy) -> SafeString:
        colour, word = ("green", _("in use")) if policy.active else ("grey", _("not in use"))
        return format_html(_TAG, colour, word)

    def save_through_service(
        self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool
    ) -> NotificationPolicy:
        return services.save_policy(values, policy_id=obj.pk if change else None, **who(request))


def _save(context: ActContext) -> None:
    template, typed = context.record, context.typed
    services.save_template(
        topic=template.topic,
        channel=typed.get("channel", template.channel),
        language=template.language,
        subject=typed["subject"],
        body=typed["body"],
        provider_code=typed["provider_code"],
        provider_text=typed["provider_text"],
        provider_fields=typed["provider_fields"] or {},
        **context.who,
    )


def _as_typed(context: ActContext) -> dict[str, Any]:
    template = context.record
    typed = {
        "subject": template.subject,
        "body": template.body,
        "provider_code": template.provider_code,
        "provider_text": template.provider_text,
    }
    return typed | (
        {"provider_fields": template.provider_fields} if template.provider_fields else {}
    )


def _preview(context: ActContext) -> dict[str, Any]:
    """What would be sent, with words that nobody has saved yet. Raises BadInput as saving does."""
    template, typed = context.record, context.typed
    channel = typed.get("channel", template.channel)
    words_typed = {
        name: typed[name] or "" for name in ("subject", "body", "provider_code", "provider_text")
    }
    fields = typed["provider_fields"] or {}
    services.check_template(
        topic=template.topic, channel=channel, provider_fields=fields, **words_typed
    )
    unsaved = MessageTemplate(
        topic=template.topic,
        channel=channel,
        language=template.language,
        version=template.version,
        provider_fields=fields,
        **words_typed,
    )
    return {"preview_template": "notifications/_trial.html", **_shown(unsaved)}


def _shown(template: MessageTemplate) -> dict[str, Any]:
    topic = TOPICS.get(template.topic)
    known = channels.known(template.channel)
    shows = channels.channel(template.channel).shows if known else frozenset[str]()
    sample = words.sample_values(topic, template.language, shows) if topic else {}
    return {
        "topic": topic,
        "preview": words.fill(
            template.topic, template.channel, template.language, template, sample
        ),
        "providers": provider_views(template),
    }


@admin.register(MessageTemplate)
class MessageTemplateAdmin(RecordPageAdmin, ActAdmin):
    acts = (
        Act(
            "change",
            _("Change the words"),
            MANAGE_WORDS,
            _save,
            explains=_("Saving makes a new version; messages that wait already use it."),
            done=_("The new version is in use."),
            form=TemplateForm,
            initial=_as_typed,
            preview=_preview,
        ),
        Act(
            "own-words",
            _("Words for one channel"),
            MANAGE_WORDS,
            _save,
            explains=_("One channel gets words of its own instead of the common ones."),
            done=_("The channel has its own words now."),
            form=NewWordsForm,
            may=lambda template: not template.channel,
            initial=_as_typed,
            preview=_preview,
        ),
    )
    list_display = ("about", "language", "only_for", "version", "begins")
    list_filter = ("language", "channel")
    search_fields = ("topic", "body")
    ordering = ("topic", "language", "channel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        """The list shows versions in use; older ones are reached from their successor."""
        rows = MessageTemplate.objects.select_related("created_by")
        if request.resolver_match and "changelist" in (request.resolver_match.url_name or ""):
            newest = MessageTemplate.objects.filter(
                topic=OuterRef("topic"), channel=OuterRef("channel"), language=OuterRef("language")
            ).order_by("-version")
            rows = rows.filter(pk=Subquery(newest.values("pk")[:1]))
        return rows

    @admin.display(description=_("about"), ordering="topic")
    def about(self, template: MessageTemplate) -> str:
        return desk.topic_label(template.topic)

    @admin.display(description=_("only for"))
    def only_for(self, template: MessageTemplate) -> str:
        return str(template.get_channel_display()) if template.channel else "—"

    @admin.display(description=_("text"))
    def begins(self, template: MessageTemplate) -> str:
        return template.body[:60]

    def show_record(self, request: HttpRequest, template: MessageTemplate) -> HttpResponseBase:
        context = {
            "template": template,
            **_shown(template),
            "versions": words.versions_of(template),
            "acts": self.offered(request, template),
            "timeline": timeline_rows(template, self.timeline_limit),
        }
        return self.page(
            request, "notifications/template.html", desk.topic_label(template.topic), **context
        )
