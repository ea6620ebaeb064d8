"""People and groups of the company's directory, as far as they concern us."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.directory.claims import LONGEST_GROUP
from apps.accounts.enums import IdentityState, Role
from apps.accounts.models.role import TimeSpan
from apps.accounts.models.unit import Unit
from apps.core.crypto import EncryptedTextField

USER = settings.AUTH_USER_MODEL


class DirectoryGroup(models.Model):
    """Whoever is in ``group`` over there holds ``role`` in ``unit`` here, from ``since`` until ``until``.
    One group may bring several roles."""

    group = models.CharField(
        _("group"),
        max_length=LONGEST_GROUP,
        help_text=_("As the directory writes it, letter by letter."),
    )
    role = models.CharField(_("role"), max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    mapped_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", editable=False, verbose_name=_("mapped by")
    )
    ended_by = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("directory group")
        verbose_name_plural = _("directory groups")
        ordering = ["group", "role", "since"]
        default_permissions = ("view",)
        permissions = [("manage_directorygroup", _("Can map groups of the directory to roles"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(group=""), name="accounts_directorygroup_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_directorygroup_role_known"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="accounts_directorygroup_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(until__isnull=False),
                name="accounts_directorygroup_ended_has_a_time",
            ),
            ExclusionConstraint(
                name="accounts_directorygroup_once_at_a_time",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (TimeSpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.get_role_display()} · {self.unit.name}"


class DirectoryIdentity(models.Model):
    """A person of the directory, by its own key for them. Without a user until a leader admits them or
    one of their groups is mapped."""

    issuer = models.CharField(_("directory"), max_length=255, editable=False)
    subject = models.CharField(_("key there"), max_length=255, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=IdentityState, default=IdentityState.WAITING
    )
    user = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        related_name="identities",
        editable=False,
        verbose_name=_("user"),
    )
    username = models.CharField(_("sign-in name there"), max_length=60, editable=False)
    display_name = models.CharField(_("person's name"), max_length=80, editable=False)
    email = models.EmailField(_("e-mail"), blank=True, editable=False)
    staff_number = models.CharField(_("staff number"), max_length=20, blank=True, editable=False)
    groups = ArrayField(
        models.CharField(max_length=LONGEST_GROUP),
        verbose_name=_("groups there"),
        default=list,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("first came at"), db_default=Now(), editable=False)
    seen_at = models.DateTimeField(_("last came at"), editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decided_by = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("decided by"),
    )
    # By which the directory is asked again while the person is signed in here; "" asks nothing.
    refresh_token = EncryptedTextField(blank=True, default="", editable=False)
    # When it is asked next; empty: nobody is signed in, or the directory gave nothing to ask with.
    next_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("person of the directory")
        verbose_name_plural = _("people of the directory")
        ordering = ["-seen_at", "-id"]
        default_permissions = ("view",)
        permissions = [("admit_directoryidentity", _("Can admit people of the directory"))]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="accounts_identity_to_ask",
            ),
            models.Index(fields=["-seen_at", "-id"], name="accounts_identity_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_identity_once"),
            # A person has one account for each directory, and an account one person there.
            models.UniqueConstraint(
                fields=["issuer", "user"],
                condition=Q(user__isnull=False),
                name="accounts_identity_one_per_user",
            ),
            models.CheckConstraint(
                condition=Q(state__in=IdentityState.values), name="accounts_identity_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=IdentityState.ADMITTED)
                | Q(user__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="accounts_identity_admitted_is_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=IdentityState.REFUSED)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="accounts_identity_refused_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class DirectoryLogout(models.Model):
    """A logout token that was taken in; it counts once. Swept a day later, when it has expired."""

    issuer = models.CharField(max_length=255)
    token_id = models.CharField(max_length=255)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("logout by the directory")
        verbose_name_plural = _("logouts by the directory")
        default_permissions = ()
        indexes = [models.Index(fields=["received_at"], name="accounts_logout_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "token_id"], name="accounts_logout_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
