"""A row is refused as by Django's ``full_clean``, in fewer statements."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from apps.core.row_checks import clean_row
from apps.tracking.models import ServiceLane, ServiceLevel

pytestmark = pytest.mark.django_db


def lane(**values: Any) -> ServiceLane:
    """Of a level that is stored, valid but for what is given."""
    level, _made = ServiceLevel.objects.get_or_create(
        code="test", defaults={"name": "试验", "job_type": "express", "is_default": False}
    )
    given = {
        "level": level,
        "scope": "lane",
        "origin_city": "上海市",
        "destination_city": "北京市",
        "promised_hours": 24,
        "valid_from": date(2026, 1, 1),
        **values,
    }
    return ServiceLane(**given)


def refusal(check: Callable[[], None]) -> Any:
    try:
        check()
    except ValidationError as error:
        return error.message_dict
    return None


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"valid_until": date(2026, 1, 1)},
        {"valid_until": date(2026, 1, 1), "promised_hours": 0, "origin_city": ""},
        {"promised_hours": None},
        {"promised_hours": "much"},
        {"level_id": 0, "level": None},
        {"scope": "elsewhere"},
        {"sort_hours": -1, "delivery_hours": -1},
    ],
)
def test_it_refuses_as_django_does(values: dict[str, Any]) -> None:
    assert refusal(lambda: clean_row(lane(**values))) == refusal(
        lambda: lane(**values).full_clean()
    )


def test_a_second_one_at_a_time_is_refused_as_by_django() -> None:
    lane().save()
    known = refusal(lambda: lane().full_clean())
    assert known
    assert refusal(lambda: clean_row(lane())) == known


def test_what_is_left_out_is_not_checked() -> None:
    wrong = {"promised_hours": 0, "valid_until": date(2026, 1, 1)}
    exclude = {"promised_hours"}
    known = refusal(lambda: lane(**wrong).full_clean(exclude=exclude))
    assert known
    assert refusal(lambda: clean_row(lane(**wrong), exclude=exclude)) == known


def test_a_row_that_is_gone_is_missed_only_where_it_is_not_at_hand() -> None:
    assert refusal(lambda: clean_row(ServiceLane(**{**as_values(lane()), "level_id": 999_999_999})))


def as_values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_checks_are_one_statement() -> None:
    row = lane()
    checks = [one for one in row._meta.constraints if isinstance(one, models.CheckConstraint)]
    assert len(checks) > 2
    with CaptureQueriesContext(connection) as asked:
        clean_row(row)
    assert sum("_check" in query["sql"] for query in asked) == 1
    assert not any('FROM "tracking_servicelevel"' in query["sql"] for query in asked)
