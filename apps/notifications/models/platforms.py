"""Where colleagues are reached at WeCom, DingTalk and Feishu: robots of groups, their own accounts, and the
buttons they pressed there (NTF-1)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.customers.enums import Language
from apps.notifications.enums import Platform, PressOutcome


class GroupRobot(Stamped):
    """A robot that posts into one group. ``key`` is what stands in its address, ``secret`` what it signs with;
    WeCom knows no secret, its key is one. Without ``unit`` it serves the whole company, without
    ``roles`` every role."""

    name = models.CharField(_("name of the robot"), max_length=60, unique=True)
    platform = models.CharField(_("platform"), max_length=10, choices=Platform)
    group = models.CharField(_("chat group"), max_length=80)
    key = EncryptedTextField(editable=False)
    key_index = models.CharField(max_length=32, editable=False)
    secret = EncryptedTextField(blank=True, default="", editable=False)
    has_secret = models.BooleanField(default=False, editable=False)
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="+", null=True, verbose_name=_("unit")
    )
    roles = ArrayField(
        models.CharField(max_length=30, choices=Role),
        default=list,
        blank=True,
        verbose_name=_("roles it serves"),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    is_active = models.BooleanField(_("switched on"), default=True)
    last_success = models.DateTimeField(_("last success"), null=True, editable=False)
    last_failure = models.DateTimeField(_("last failure"), null=True, editable=False)
    last_code = models.CharField(_("last code"), max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("group robot")
        verbose_name_plural = _("group robots")
        default_permissions = ("view",)
        permissions = [("manage_grouprobot", _("Can set up robots of groups"))]
        constraints = [
            models.UniqueConstraint(fields=["platform", "key_index"], name="robot_once"),
            models.CheckConstraint(
                condition=Q(platform__in=Platform.values), name="robot_platform_known"
            ),
            models.CheckConstraint(condition=~Q(key_index=""), name="robot_has_key"),
            models.CheckConstraint(
                condition=Q(platform=Platform.WECOM, has_secret=False)
                | (~Q(platform=Platform.WECOM) & Q(has_secret=True)),
                name="robot_signs_where_it_can",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def channel(self) -> str:
        return f"{self.platform}_group"

    @property
    def recipient(self) -> str:
        """How messages name it, also as their address."""
        return f"robot:{self.pk}"


class ColleagueAccount(models.Model):
    """Who a colleague is at a platform: WeCom's UserID, DingTalk's userId, Feishu's open_id."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="platform_accounts",
        verbose_name=_("colleague"),
    )
    platform = models.CharField(_("platform"), max_length=10, choices=Platform)
    account = EncryptedTextField(editable=False)
    account_index = models.CharField(max_length=32, editable=False)
    label = models.CharField(_("account"), max_length=80)
    linked_at = models.DateTimeField(_("since"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("account of a colleague")
        verbose_name_plural = _("accounts of colleagues")
        default_permissions = ("view",)
        permissions = [("manage_colleagueaccount", _("Can enter accounts of colleagues"))]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "platform"],
                condition=Q(ended_at__isnull=True),
                name="colleague_account_once",
            ),
            models.UniqueConstraint(
                fields=["platform", "account_index"],
                condition=Q(ended_at__isnull=True),
                name="account_of_one_colleague",
            ),
            models.CheckConstraint(
                condition=Q(platform__in=Platform.values), name="account_platform_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="account_ended_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.label}"


class ButtonPress(AppendOnly):
    """A button of a message that somebody pressed at a platform; ``event_id`` is the platform's, so that what
    it sends again, or somebody plays back, is answered and not done again. Nothing personal in clear."""

    platform = models.CharField(_("platform"), max_length=10, choices=Platform)
    event_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"), db_default=Now())
    delivery = models.ForeignKey(
        "notifications.Delivery",
        models.PROTECT,
        related_name="presses",
        null=True,
        verbose_name=_("message"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("by"),
    )
    outcome = models.CharField(_("result"), max_length=10, choices=PressOutcome)
    code = models.CharField(_("code"), max_length=60)
    answer = EncryptedTextField(_("answer"))

    class Meta:
        verbose_name = _("pressed button")
        verbose_name_plural = _("pressed buttons")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["platform", "event_id"], name="press_once"),
            models.CheckConstraint(
                condition=~Q(outcome=PressOutcome.DONE)
                | Q(by__isnull=False, delivery__isnull=False),
                name="press_done_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.code}"
