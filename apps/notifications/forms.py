"""Input of the back office, to clean values."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.customers.enums import Language
from apps.notifications import channels
from apps.notifications.enums import Platform, TaskState, channel_choices
from apps.notifications.queries.persons import Person
from apps.notifications.topics import TOPICS, topic_choices


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ResolveForm(forms.Form):
    arrived = forms.ChoiceField(
        label=_("What became of it"),
        choices=[("yes", _("It arrived")), ("no", _("It did not arrive: use the next channel"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("How do you know"), max_length=200)


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How did the call go"),
        choices=[
            (TaskState.REACHED, _("Reached and told")),
            (TaskState.UNREACHABLE, _("Could not be reached")),
            (TaskState.DROPPED, _("Not needed any more")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class TemplateForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=120, required=False)
    body = forms.CharField(
        label=_("Text"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    provider_code = forms.CharField(
        label=_("Provider's template"),
        max_length=80,
        required=False,
        help_text=_("Only for SMS and WeChat: the number the provider gave it, such as SMS_12345."),
    )
    provider_text = forms.CharField(
        label=_("Provider's text"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "As the provider approved it, with its variables: ${number} for SMS, {{number.DATA}} "
            "for WeChat. It is checked that we send every one of them."
        ),
    )
    provider_fields = forms.JSONField(
        label=_("Provider's parameters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_('Such as {"number": "{number}"}. Empty: every variable under its name.'),
    )


class NewWordsForm(TemplateForm):
    """Words of their own for one channel."""

    channel = forms.ChoiceField(label=_("Only for"), choices=channel_choices)
    field_order = [
        *("channel", "subject", "body", "provider_code", "provider_text", "provider_fields"),
    ]


class AnnouncementForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=80)
    body_zh = forms.CharField(label=_("Text in Chinese"), max_length=2000, widget=forms.Textarea)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    body_en = forms.CharField(label=_("Text in English"), max_length=3000, widget=forms.Textarea)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    starts_at = forms.DateTimeField(label=_("Shown from"))
    ends_at = forms.DateTimeField(label=_("Shown until"), required=False)


class StopForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("sms", _("SMS")), ("email", _("E-mail"))]
    )
    address = forms.CharField(label=_("Address"), max_length=120)


class WishesForm(forms.Form):
    channels = forms.MultipleChoiceField(
        label=_("Channels, instead of the usual order"),
        choices=channel_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    muted_topics = forms.MultipleChoiceField(
        label=_("Not about"),
        choices=topic_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opted_out = forms.BooleanField(label=_("Wants no messages"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", "—"), *Language.choices], required=False
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False)
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False)


class NewWishesForm(WishesForm):
    who = forms.CharField(
        label=_("Whose"),
        max_length=80,
        help_text=_(
            "A customer's code for all its contacts, a colleague's sign-in name, or a phone or "
            "e-mail address."
        ),
    )
    field_order = ["who"]


class RobotForm(forms.Form):
    name = forms.CharField(label=_("Name of the robot"), max_length=60)
    group = forms.CharField(
        label=_("Group"), max_length=80, help_text=_("As it is called at the platform.")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Unit it serves"),
        required=False,
        empty_label=_("the whole company"),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles it serves"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: every role."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.order_by("path")  # type: ignore[attr-defined]  # a choice field


class KeysForm(forms.Form):
    """Typed again whenever they change; they are never shown."""

    address = forms.CharField(
        label=_("Address of the robot"),
        max_length=400,
        help_text=_("The whole webhook address, as the group shows it. It is kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=200,
        required=False,
        help_text=_("What DingTalk and Feishu sign with. WeCom has none."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class NewRobotForm(RobotForm, KeysForm):
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform.choices)
    field_order = [
        *("name", "platform", "group", "address", "secret", "unit", "roles", "language"),
    ]


class AccountForm(forms.Form):
    user = forms.CharField(
        label=_("Colleague"), max_length=80, help_text=_("Sign-in name or staff number.")
    )
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform.choices)
    account = forms.CharField(
        label=_("Account at the platform"),
        max_length=64,
        help_text=_("WeCom: UserID. DingTalk: userId. Feishu: open_id, which begins with ou_."),
    )

    def clean_user(self) -> User:
        typed = self.cleaned_data["user"].strip()
        named = Q(username=typed.lower()) | (Q(staff_number=typed) & ~Q(staff_number=""))
        found: User | None = User.objects.people().filter(named).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no colleague “%(who)s”."), "unknown", params={"who": typed[:40]}
            )
        return found


class OwnPreferencesForm(WishesForm):
    """One's own: what can reach one, and what colleagues are notified of."""

    def __init__(self, *args: Any, person: Person, now: dict[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = now
        super().__init__(*args, **kwargs)
        del self.fields["opted_out"]
        reach = [c for c in channels.all_channels() if c.address_of(person) is not None]
        self.fields["channels"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(c.name), c.label) for c in reach if c.name != "phone"
        ]
        self.fields["muted_topics"].choices = [  # type: ignore[attr-defined]  # a choice field
            (topic.key, topic.label) for topic in TOPICS.values() if not topic.public
        ]
