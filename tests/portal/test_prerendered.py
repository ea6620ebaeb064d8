"""A prerendered template gives what the template engine itself would give, for any value."""

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from apps.portal.prerendered import fill, fill_each

VALUES = st.text(max_size=30).filter(lambda text: "\ue000" not in text)


@given(*[VALUES] * 7)
def test_as_rendered(
    look: str, moment: str, clock: str, label: str, place: str, ago: str, text: str
) -> None:
    values = {
        "look": look,
        "moment": moment,
        "clock": clock,
        "label": label,
        "place": place,
        "ago": ago,
        "text": text,
    }
    assert fill("portal/step.html", values) == render_to_string("portal/step.html", values)


def test_a_mark_in_a_value_cuts_nothing() -> None:
    row = {"name": "\ue000value\ue000", "value": "<b>", "note": "secret"}
    assert fill("portal/fact.html", row).count("secret") == 1
    assert "<b>" not in fill("portal/fact.html", row)


def test_each_language_has_its_own() -> None:
    with translation.override("en"):
        assert "What happened so far" in fill("portal/shipment_body.html", {"number": "YP1"})
    with translation.override("zh-hans"):
        assert "物流轨迹" in fill("portal/shipment_body.html", {"number": "YP1"})


def test_rows_stay_in_order_and_safe_parts_stay_whole() -> None:
    rows = [{"name": mark_safe("<i>a</i>"), "value": "1"}, {"name": "b", "value": "2"}]
    filled = fill_each("portal/fact.html", rows)
    assert filled.index("<i>a</i>") < filled.index(">b<")
