"""Who answers chats, how many at a time, and the times after which something happens (CMP-1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class ChatSeat(models.Model):
    """An agent's place at the chat desk. Gets chats while open and seen lately."""

    user = models.OneToOneField(
        USER, models.PROTECT, related_name="chat_seat", verbose_name=_("agent")
    )
    is_open = models.BooleanField(_("available"), default=False, editable=False)
    most = models.PositiveSmallIntegerField(
        _("chats at a time"),
        null=True,
        blank=True,
        help_text=_("Empty: as many as the chat settings say."),
    )
    shown_name = models.CharField(
        _("name visitors see"),
        max_length=20,
        blank=True,
        help_text=_("Empty: the family name with an asterisk."),
    )
    # The chat page of this person asked for news; the database's clock.
    seen_at = models.DateTimeField(_("seen"), null=True, editable=False)
    # When a chat last came or went: who has waited longest gets the next.
    idle_since = models.DateTimeField(_("last chat"), null=True, editable=False)
    # Chats in a row that rang here in vain.
    missed = models.PositiveSmallIntegerField(_("missed in a row"), default=0, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    changed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", editable=False)

    class Meta:
        verbose_name = _("chat seat")
        verbose_name_plural = _("chat seats")
        ordering = ["user_id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="chatseat_most_plausible",
                condition=Q(most__isnull=True) | Q(most__gte=1, most__lte=12),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class ChatSettings(models.Model):
    """One row for the company; times in seconds."""

    accept_within = models.PositiveIntegerField(
        _("ringing"),
        default=45,
        help_text=_("Seconds a chat rings at an agent before another is called."),
    )
    answer_within = models.PositiveIntegerField(
        _("agent silent"),
        default=240,
        help_text=_("Seconds a visitor waits for a reply before another agent is called."),
    )
    agent_gone_after = models.PositiveIntegerField(
        _("agent offline"),
        default=90,
        help_text=_("Seconds without a sign of the agent before the chat goes back to the queue."),
    )
    visitor_gone_after = models.PositiveIntegerField(
        _("visitor gone from the queue"),
        default=300,
        help_text=_("Seconds without a sign of the visitor before the place in the queue is lost."),
    )
    remind_after = models.PositiveIntegerField(
        _("asking whether they are there"),
        default=300,
        help_text=_(
            "Seconds after our last reply before we ask whether the visitor is still there."
        ),
    )
    end_after = models.PositiveIntegerField(
        _("visitor away"),
        default=600,
        help_text=_("Seconds after our last reply before the chat ends."),
    )
    file_within = models.PositiveIntegerField(
        _("to be recorded"),
        default=1800,
        help_text=_("Seconds after the end before a chat becomes an inquiry by itself."),
    )
    most_chats = models.PositiveSmallIntegerField(
        _("chats at a time"), default=3, help_text=_("Per agent, unless the seat says otherwise.")
    )
    most_waiting = models.PositiveSmallIntegerField(
        _("longest queue"),
        default=30,
        help_text=_("With more waiting, visitors are asked to leave a message."),
    )
    calendar = models.SlugField(
        _("working calendar"),
        max_length=40,
        default="office",
        help_text=_("The hours in which chats are answered; the duty roster opens more."),
    )
    reply_within = models.PositiveIntegerField(
        _("reply to a message"),
        default=7200,
        help_text=_("Working seconds within which a message left outside these hours is answered."),
    )
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    changed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("chat settings")
        verbose_name_plural = _("chat settings")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="chatsettings_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="chatsettings_times_plausible",
                violation_error_message=_("These times do not fit together."),
                condition=Q(
                    accept_within__gte=5,
                    answer_within__gte=15,
                    agent_gone_after__gte=75,
                    visitor_gone_after__gte=60,
                    remind_after__gte=30,
                    end_after__gt=F("remind_after"),
                    file_within__gte=60,
                    reply_within__gte=60,
                ),
            ),
            models.CheckConstraint(
                name="chatsettings_counts_plausible",
                violation_error_message=_("These numbers are too small or too large."),
                condition=Q(most_chats__gte=1, most_chats__lte=12, most_waiting__gte=1),
            ),
            models.CheckConstraint(
                name="chatsettings_changed_by_whom",
                condition=Q(changed_at__isnull=True, changed_by__isnull=True)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(_("chat settings"))
