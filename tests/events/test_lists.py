"""Staff lists read their page and no more, and never count the table."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.events.services import record
from tests.factories.accounts import UserFactory

URL = "admin:events_event_changelist"


@pytest.fixture
def reader(client: Client) -> User:
    user: User = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_event"))
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_a_list_of_more_than_a_page_shows_one_page_and_the_next(
    client: Client, reader: User
) -> None:
    for number in range(60):
        record("user.tested", reader, by=reader, data={"n": number})
    first = client.get(reverse(URL)).context["cl"]
    assert len(first.result_list) == first.list_per_page == 50
    second = client.get(reverse(URL), {"p": 2}).context["cl"]
    assert 10 <= len(second.result_list) < 50
    assert client.get(reverse(URL), {"p": 9}).status_code == 302, "past the end: back to the list"


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_its_queries_do_not_grow_and_none_counts(
    client: Client, reader: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        record("user.tested", UserFactory(), by=UserFactory())
    with django_assert_max_num_queries(9) as seen:
        assert client.get(reverse(URL)).status_code == 200
    assert not [q for q in seen.captured_queries if "COUNT(" in q["sql"]]


@pytest.mark.django_db
def test_without_the_permission_there_is_no_audit_trail(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(reverse(URL)).status_code == 403
