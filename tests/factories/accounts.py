"""Users, units, roles, keys; and how a test signs in."""

from typing import Any

import factory
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from apps.accounts import services
from apps.accounts.enums import ApiScope, ObjectScope, Role, UnitKind, UserKind
from apps.accounts.models import ApiKey, TotpDevice, Unit, User, UserRole
from apps.accounts.queries import system_user

PASSWORD = "correct-horse-battery"
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class UnitFactory(factory.django.DjangoModelFactory[Unit]):
    """A branch of its own; give ``parent=`` to hang it below another."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"U{n:04d}")
    name = factory.LazyAttribute(lambda unit: f"营业部 {unit.code}")
    kind = UnitKind.BRANCH
    parent = None
    path = factory.LazyAttribute(
        lambda unit: f"{unit.parent.path if unit.parent else ''}{unit.code}/"
    )
    city = "上海市"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person who sees everything and may do nothing until given roles: ``roles=[Role.AGENT]``
    (held in ``unit=`` or a new one). Password: ``PASSWORD``."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"员工{n}")
    staff_number = factory.Sequence(lambda n: f"YP{n:05d}")
    kind = UserKind.PERSON
    scope = ObjectScope.ALL

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        unit = kwargs.pop("unit", None)
        roles = kwargs.pop("roles", [])
        password = kwargs.pop("password", None)
        user: User = super()._create(model_class, *args, **kwargs)
        # Unusable unless asked for: hashing is slow, and most tests never type a password.
        user.set_password(password)
        user.save()
        for role in roles:
            unit = unit or UnitFactory()
            UserRoleFactory(user=user, role=role, unit=unit)
        return user


class ServiceUserFactory(UserFactory):
    kind = UserKind.SERVICE
    username = factory.Sequence(lambda n: f"service{n}")
    display_name = factory.Sequence(lambda n: f"接口{n}")


class UserRoleFactory(factory.django.DjangoModelFactory[UserRole]):
    class Meta:
        model = UserRole

    user = factory.SubFactory(UserFactory)
    role = Role.AGENT
    unit = factory.SubFactory(UnitFactory)
    since = factory.LazyFunction(timezone.now)
    granted_by = factory.LazyFunction(lambda: system_user("tests"))


class TotpDeviceFactory(factory.django.DjangoModelFactory[TotpDevice]):
    class Meta:
        model = TotpDevice

    user = factory.SubFactory(UserFactory)
    name = "authenticator"
    confirmed = True
    key = TOTP_KEY


def superuser(**fields: Any) -> User:
    user: User = UserFactory(is_superuser=True, **fields)
    return user


def sign_in(client: Client, user: User) -> User:
    """Put ``client`` in front of the desk as ``user``, with the second factor passed."""
    device = TotpDevice.objects.filter(user=user).first() or TotpDeviceFactory(user=user)
    client.force_login(user, backend=_backend())
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return user


def _backend() -> str:
    """The backend of the settings that knows users (the other one only counts failures)."""
    return settings.AUTHENTICATION_BACKENDS[-1]


def api_key(*scopes: ApiScope | str, user: User | None = None, **fields: Any) -> tuple[ApiKey, str]:
    """A key of a fresh service user with these scopes, and its text."""
    user = user or ServiceUserFactory()
    return services.create_api_key(
        user=user, name="tests", scopes=scopes, by=system_user("tests"), **fields
    )


def bearer(*scopes: ApiScope | str, user: User | None = None) -> dict[str, str]:
    """Headers for the test client: ``client.get(url, headers=bearer("orders:read"))``."""
    _key, text = api_key(*scopes, user=user)
    return {"Authorization": f"Bearer {text}"}
