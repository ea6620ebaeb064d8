"""Online chat 在线客服: a visitor of the public page and the desk, line by line (CMP-1)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.chat.enums import ChatEnd, ChatSide, ChatState, ChatWord, TurnEnd, TurnHow
from apps.chat.models.constraints import chat_constraints
from apps.chat.states import CHAT_LIVE, CHAT_WITH_AGENT
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
LEAD = "chat.lead_chat"


class ChatQuerySet(models.QuerySet["Chat"]):
    def visible_to(self, user: "User") -> "ChatQuerySet":
        """The queue, for who answers chats; one's own and those one had; everything for leaders."""
        if user.has_perm(LEAD):
            return self
        if not user.has_perm("chat.handle_chat"):
            return self.none()
        had = ChatTurn.objects.filter(agent=user.pk).values("chat")
        return self.filter(Q(state=ChatState.QUEUED) | Q(agent=user.pk) | Q(pk__in=had))

    def live(self) -> "ChatQuerySet":
        """Both sides may still write."""
        return self.filter(state__in=sorted(CHAT_LIVE))

    def queue(self) -> "ChatQuerySet":
        """First come, first served; a chat that comes back has its old place."""
        return self.filter(state=ChatState.QUEUED).order_by("started_at", "pk")

    def with_agent(self, user: "User") -> "ChatQuerySet":
        """Those an agent has on the desk, oldest first: ringing, in conversation, to be recorded."""
        return self.filter(agent=user.pk, state__in=sorted(CHAT_WITH_AGENT)).order_by(
            "started_at", "pk"
        )


class Chat(models.Model):
    """One visit. Whoever shows the token is the visitor; only its fingerprint is kept.

    ``awaits_since``: the visitor's first line that nobody has answered. ``quiet_since``: our last
    answer, while the visitor says nothing. Times that decide something are the database's.
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ChatState, default=ChatState.QUEUED, editable=False
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    started_at = models.DateTimeField(_("started"), db_default=Now(), editable=False)
    name = EncryptedTextField(_("name"), blank=True, default="")
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    email = EncryptedTextField(_("e-mail"), blank=True, default="")
    # As the visitor gave it, known to us or not.
    waybill_number = models.CharField(_("waybill number"), max_length=20, blank=True)
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="chats",
        null=True,
        blank=True,
        verbose_name=_("waybill"),
    )
    address_index = models.CharField(max_length=32, editable=False)
    agent = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="chats",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=_("agent"),
    )
    # In this state, or with this agent, since then.
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    awaits_since = models.DateTimeField(_("waits for an answer since"), null=True, editable=False)
    quiet_since = models.DateTimeField(_("visitor silent since"), null=True, editable=False)
    is_reminded = models.BooleanField(default=False, editable=False)
    # Ids of lines: the last one, and how far each side has read.
    last_line = models.BigIntegerField(default=0, editable=False)
    visitor_read = models.BigIntegerField(default=0, editable=False)
    agent_read = models.BigIntegerField(default=0, editable=False)
    # Grows with everything that either side should see.
    version = models.PositiveIntegerField(default=1, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    end_reason = models.CharField(
        _("why it ended"), max_length=12, choices=ChatEnd, blank=True, editable=False
    )
    case = models.ForeignKey(
        "complaints.Case",
        models.PROTECT,
        related_name="chats",
        null=True,
        editable=False,
        verbose_name=_("case"),
    )
    filed_at = models.DateTimeField(_("recorded in the case"), null=True, editable=False)
    filed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    dismissed_at = models.DateTimeField(_("closed without a case"), null=True, editable=False)
    dismissed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    dismiss_reason = models.CharField(_("why no case"), max_length=200, blank=True)
    rating = models.PositiveSmallIntegerField(_("satisfaction, 1–5"), null=True, editable=False)
    rating_comment = EncryptedTextField(_("comment"), blank=True, default="")

    objects = ChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("online chat")
        verbose_name_plural = _("online chats")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("handle_chat", _("Can answer online chats")),
            ("lead_chat", _("Can see and hand over everybody's chats, and set how they run")),
        ]
        indexes = [
            models.Index(
                fields=["started_at", "id"],
                name="chat_queue",
                condition=Q(state=ChatState.QUEUED),
            ),
            models.Index(
                fields=["agent", "started_at"],
                name="chat_with_agent",
                condition=Q(state__in=sorted(CHAT_WITH_AGENT)),
            ),
            models.Index(
                fields=["state"],
                name="chat_minded",
                condition=Q(state__in=sorted({*CHAT_LIVE, ChatState.OVER})),
            ),
            models.Index(
                fields=["address_index"],
                name="chat_live_by_address",
                condition=Q(state__in=sorted(CHAT_LIVE)),
            ),
            models.Index(fields=["agent", "-id"], name="chat_by_agent"),
        ]
        constraints = chat_constraints()

    def __str__(self) -> str:
        return f"{_('Chat')} {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.state in CHAT_LIVE

    @property
    def can_be_reached(self) -> bool:
        return bool(self.phone or self.email)


class ChatLine(AppendOnly):
    """One line, written once. Ids grow in the order of writing, because every writer holds the
    chat's lock. ``word`` is said by the system in the reader's language; ``params`` fills it."""

    chat = models.ForeignKey(
        Chat, models.PROTECT, related_name="lines", db_index=False, verbose_name=_("chat")
    )
    side = models.CharField(_("said by"), max_length=8, choices=ChatSide)
    # The browser's own id for it: sent twice, it stands once.
    client_id = models.UUIDField(null=True, editable=False)
    text = EncryptedTextField(_("text"), blank=True, default="")
    word = models.CharField(_("what happened"), max_length=20, choices=ChatWord, blank=True)
    params = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("when"), db_default=Now())
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("line of a chat")
        verbose_name_plural = _("lines of chats")
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["chat", "id"], name="chatline_of_chat")]
        constraints = [
            models.UniqueConstraint(
                fields=["chat", "side", "client_id"],
                name="chatline_once",
                condition=Q(client_id__isnull=False),
            ),
            models.CheckConstraint(
                name="chatline_side_known", condition=Q(side__in=ChatSide.values)
            ),
            models.CheckConstraint(
                name="chatline_word_is_the_houses",
                condition=Q(side=ChatSide.SYSTEM, word__in=ChatWord.values)
                | (~Q(side=ChatSide.SYSTEM) & Q(word="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id} {self.side}"


class ChatFile(AppendOnly):
    """A file of a line: pictures drawn anew, everything else only ever downloaded."""

    line = models.ForeignKey(ChatLine, models.PROTECT, related_name="files", verbose_name=_("line"))
    # Asked for by this, never by a running number.
    key = models.UUIDField(_("key"), unique=True)
    path = models.CharField(_("file"), max_length=120)
    name = EncryptedTextField(_("file name"))
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("file of a chat")
        verbose_name_plural = _("files of chats")
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.line_id} {self.key}"

    @property
    def is_picture(self) -> bool:
        return self.content_type == "image/jpeg"


class ChatTurn(models.Model):
    """The time an agent had a chat; what fairness and the figures of answering are read from."""

    chat = models.ForeignKey(Chat, models.PROTECT, related_name="turns", verbose_name=_("chat"))
    agent = models.ForeignKey(
        USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("agent")
    )
    how = models.CharField(_("how"), max_length=8, choices=TurnHow)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("given by"))
    since = models.DateTimeField(_("since"))
    first_word = models.DateTimeField(_("first word"), null=True)
    until = models.DateTimeField(_("until"), null=True)
    end = models.CharField(_("why it ended"), max_length=10, choices=TurnEnd, blank=True)

    class Meta:
        verbose_name = _("turn of an agent")
        verbose_name_plural = _("turns of agents")
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["agent", "-since"], name="chatturn_by_agent")]
        constraints = [
            models.UniqueConstraint(
                fields=["chat"], name="chatturn_one_at_a_time", condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(name="chatturn_how_known", condition=Q(how__in=TurnHow.values)),
            models.CheckConstraint(
                name="chatturn_end_says_why",
                condition=Q(until__isnull=True, end="")
                | Q(until__isnull=False, end__in=TurnEnd.values, until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id} {self.agent_id}"


class ChatPulse(models.Model):
    """Signs of life of one side of a chat; apart from the chat, so that they hold no lock on it."""

    chat = models.ForeignKey(Chat, models.CASCADE, related_name="pulses", db_index=False)
    side = models.CharField(max_length=8, choices=ChatSide)
    seen_at = models.DateTimeField(_("seen"), db_default=Now())
    typing_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign of life in a chat")
        verbose_name_plural = _("signs of life in chats")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["chat", "side"], name="chatpulse_once")]

    def __str__(self) -> str:
        return f"{self.chat_id} {self.side}"
