import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from tests.factories.accounts import UserFactory, sign_in


@pytest.fixture
def agent(client: Client) -> User:
    """A customer-service agent who is signed in."""
    user: User = sign_in(client, UserFactory(roles=[Role.AGENT]))
    return user
