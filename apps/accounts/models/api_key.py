from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ApiScope
from apps.accounts.models.user import User


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, at: datetime | None = None) -> "ApiKeyQuerySet":
        at = at or timezone.now()
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True
        )


class ApiKey(models.Model):
    """``ypk_<prefix>_<secret>``: shown once, kept as a SHA-256. The secret is 256 random bits, so
    nobody can search for it and a slow password hash would only make every request slow."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="api_keys", verbose_name=_("service user")
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=ApiScope), verbose_name=_("may"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)
    created_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("revoked by"),
    )
    # Empty: from anywhere. CIDR, as services.api_keys writes them.
    networks = ArrayField(
        models.CharField(max_length=49),
        default=list,
        blank=True,
        size=20,
        verbose_name=_("may be used from"),
    )
    # Both written at most once a minute.
    last_refused_at = models.DateTimeField(
        _("last refused for its address"), null=True, editable=False
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)
        permissions = [("manage_api_key", _("Can make and revoke API keys"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="accounts_apikey_revoked_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0), name="accounts_apikey_may_something"
            ),
            models.CheckConstraint(
                condition=Q(networks__len__lte=20), name="accounts_apikey_few_networks"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def usable_at(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class IdempotencyRecord(models.Model):
    """The answer once given to a request that carried an Idempotency-Key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # SHA-256 of method, path, query and body: the same key must mean the same request.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    content_type = models.CharField(max_length=100)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_idempotency_key_once"),
            models.CheckConstraint(
                condition=Q(status__gte=0, status__lte=599),
                name="accounts_idempotency_status",
            ),
        ]

    def __str__(self) -> str:
        return self.key
