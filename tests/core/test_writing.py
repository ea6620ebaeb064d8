"""Columns of many rows in one statement, and many acts in one transaction without savepoints."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.database import without_savepoints, write_columns
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_each_row_gets_its_own_values_in_one_statement(django_assert_num_queries: Any) -> None:
    users = [UserFactory(display_name=f"before {n}", phone="") for n in range(3)]
    for n, user in enumerate(users):
        user.display_name, user.phone = f"王{n}'\\\"", "" if n else "+8613800138000"
        user.last_login, user.email = timezone.now() if n else None, "not written"
    with django_assert_num_queries(1):
        write_columns(users[:2], ["display_name", "phone", "last_login"])
    for user in users[:2]:
        stored = User.objects.get(pk=user.pk)
        assert (stored.display_name, stored.phone, stored.last_login) == (
            *(user.display_name, user.phone, user.last_login),
        )
        assert stored.email != "not written"
    assert User.objects.get(pk=users[2].pk).display_name == "before 2"


def test_nothing_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        write_columns([], ["display_name"])


def test_an_error_that_somebody_caught_undoes_all_of_it() -> None:
    def acts() -> None:
        with without_savepoints():
            UserFactory(username="first")
            try:
                with transaction.atomic():
                    UserFactory(username="second")
                    raise ValueError
            except ValueError:
                pass
            UserFactory(username="third")

    with pytest.raises(transaction.TransactionManagementError):
        acts()
    assert not User.objects.filter(username__in=["first", "second", "third"]).exists()


def test_acts_without_an_error_ask_for_no_savepoint(django_assert_num_queries: Any) -> None:
    # The savepoint of the whole and its end, because a test is a transaction already.
    with django_assert_num_queries(4), without_savepoints():
        for _turn in range(2):
            with transaction.atomic():
                User.objects.filter(username="nobody").exists()
    with django_assert_num_queries(2), transaction.atomic():
        pass
