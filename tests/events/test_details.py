"""What a timeline calls the details of events is said by the apps."""

import pytest
from django.utils.translation import override

from apps.accounts.models import Unit
from apps.events import details
from apps.events.details import name_details, readable_details
from apps.events.models import Event


def shown(kind: str, **data: object) -> list[tuple[str, str]]:
    with override("en"):
        return readable_details(Event(kind=kind, data=data), Unit())


def test_one_kind_may_call_it_otherwise() -> None:
    assert shown("customer.changed", code="A1") == [("Own code", "A1")]
    assert shown("calendar.added", code="A1") == [("Code", "A1")]


def test_numbers_of_rows_are_not_shown_and_names_are() -> None:
    assert shown("case.assigned", was=7, recipients=[3, 4], clock=9) == []
    assert shown("case.assigned", was="王芳") == [("Before", "王芳")]


def test_two_apps_cannot_call_one_detail_two_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "_names", dict(details._names))
    with pytest.raises(ValueError, match="deadline"):
        name_details({"deadline": "Something else"})
    name_details({"locker.filled/deadline": "Something else"})
    assert shown("customer.authorised_verbally", deadline="soon") == [("Deadline", "soon")]
    assert shown("locker.filled", deadline="soon") == [("Something else", "soon")]


def test_sums_and_spans_are_shown_as_a_person_writes_them() -> None:
    assert shown("claim.filed", claimed="460", amount="1234.5") == [
        ("claimed", "¥460.00"),
        ("Amount", "¥1,234.50"),
    ]
    assert shown("customer.changed", amount="about ten") == [("Amount", "about ten")]
    assert shown("clock.overdue", late_seconds=87919)[0][1] == "1 d"
    assert shown("clock.overdue", late_seconds=489.3)[0][1] == "8 min"
