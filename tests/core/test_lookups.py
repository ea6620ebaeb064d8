"""``any_of`` finds what ``in`` finds, with one parameter."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_it_finds_what_in_finds_by_numbers_and_texts() -> None:
    users = [UserFactory() for _n in range(3)]
    keys, names = {u.pk for u in users[:2]}, [u.username for u in users[:2]]
    assert set(User.objects.filter(pk__any_of=keys)) == set(users[:2])
    assert set(User.objects.filter(username__any_of=names)) == set(users[:2])
    assert not User.objects.exclude(pk__any_of=keys).filter(pk__in=keys).exists()
    assert User.objects.exclude(pk__any_of=()).filter(pk__in=keys).count() == 2


def test_a_thousand_values_are_one_parameter_and_none_ask_nothing(
    django_assert_num_queries: Any,
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert not User.objects.filter(pk__any_of=range(-1000, 0)).exists()
    assert "ANY('{" in asked[0]["sql"] or "ANY(ARRAY[" in asked[0]["sql"]
    with django_assert_num_queries(0):
        assert list(User.objects.filter(pk__any_of=set())) == []
