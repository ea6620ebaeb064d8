"""A row of a sheet that is refused names the column as it stands in the sheet."""

import pytest
from django.utils import translation

from apps.core.sheets import SheetRow
from apps.tracking.inputs import Refusal
from apps.tracking.services.imports import by_heading

ROW = SheetRow(2, {"waybill_number": "YP1", "code": "到达", "occurred_at": "", "place": "x" * 300})


@pytest.mark.parametrize(
    ("language", "field", "message", "expected"),
    [
        ("zh-hans", "occurred_at", "“” is not a time such as …", "缺少：时间。"),
        ("en", "occurred_at", "“” is not a time such as …", "Missing: Time."),
        ("zh-hans", "place", "“place”过长", "“地点”过长"),
        (
            "en",
            "waybill_number",
            "There is no waybill YP1.",
            "Waybill number: There is no waybill YP1.",
        ),
        ("en", "", "Two rows say the same.", "Two rows say the same."),
    ],
)
def test_the_column_is_named_in_words(
    language: str, field: str, message: str, expected: str
) -> None:
    with translation.override(language):
        assert by_heading(Refusal("any", message, 0, field), ROW) == expected
