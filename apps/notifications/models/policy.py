"""Who is notified of which event by which channels, and in which words: both are data (NTF-2)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.models import AppendOnly
from apps.customers.enums import Language
from apps.notifications.enums import Audience, channel_choices


class NotificationPolicy(models.Model):
    """One line of the table “what happened → who is notified → how”."""

    topic = models.CharField(_("about"), max_length=60)
    audience = models.CharField(_("who is told"), max_length=20, choices=Audience)
    role = models.CharField(
        _("role"),
        max_length=30,
        choices=Role,
        blank=True,
        help_text=_("For “everyone with a role”; of groups, only those that serve it."),
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=channel_choices),
        verbose_name=_("channels, in order"),
        help_text=_("The first one that fits the person is used; the next ones if it fails."),
    )
    urgent = models.BooleanField(
        _("urgent"), default=False, help_text=_("Goes out in quiet hours too.")
    )
    fallback_minutes = models.PositiveIntegerField(
        _("next channel after (minutes)"),
        null=True,
        blank=True,
        help_text=_("If nothing is confirmed by then. Empty: only when a channel fails."),
    )
    digest_minutes = models.PositiveIntegerField(
        _("gather for (minutes)"),
        default=0,
        help_text=_("Several messages to one person within this time become one. 0: never."),
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    max_age_hours = models.PositiveIntegerField(
        _("not when older than (hours)"),
        default=24,
        help_text=_("News that reached us later than this is not told any more."),
    )
    active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed at"), db_default=Now(), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("notification policy")
        verbose_name_plural = _("notification policies")
        ordering = ["topic", "audience", "role"]
        permissions = [("manage_policy", _("Can change who is told what, and how"))]
        constraints = [
            models.UniqueConstraint(fields=["topic", "audience", "role"], name="policy_once"),
            models.CheckConstraint(condition=Q(channels__len__gt=0), name="policy_names_a_channel"),
            models.CheckConstraint(
                condition=(Q(audience=Audience.ROLE) & ~Q(role=""))
                | Q(audience=Audience.GROUP)
                | (~Q(audience=Audience.ROLE) & Q(role="")),
                name="policy_role_where_needed",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="policy_quiet_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.get_audience_display()}"


class MessageTemplate(AppendOnly):
    """The words of one topic in one language, for one channel or for all of them.

    Saving makes a new version; the highest one is used. Each attempt remembers its version.
    """

    topic = models.CharField(_("about"), max_length=60)
    channel = models.CharField(
        _("channel"),
        max_length=20,
        blank=True,
        choices=channel_choices,
        help_text=_("Empty: for every channel without words of its own."),
    )
    language = models.CharField(_("language"), max_length=10, choices=Language)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    body = models.TextField(_("text"), max_length=3000)
    provider_code = models.CharField(
        _("provider's template"),
        max_length=80,
        blank=True,
        help_text=_("The template's number at the SMS or WeChat provider."),
    )
    provider_text = models.TextField(
        _("provider's text"),
        max_length=1000,
        blank=True,
        help_text=_("As the provider approved it, with its variables: ${number}, {{number.DATA}}."),
    )
    # {"parameter of the provider": "text with {variables}"}
    provider_fields = models.JSONField(
        _("provider's parameters"),
        default=dict,
        blank=True,
        help_text=_('Such as {"number": "{number}"}. Empty: every variable under its name.'),
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["topic", "channel", "language", "-version"]
        permissions = [("manage_template", _("Can write message templates"))]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "channel", "language", "version"], name="template_version_once"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="template_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.channel or '*'} {self.language} v{self.version}"
