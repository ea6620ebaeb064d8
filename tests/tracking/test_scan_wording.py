"""Scans in sentences of our own, in both languages (TRK-8, TRK-10)."""

import pytest
from django.utils import translation

from apps.tracking.codes import CODES
from apps.tracking.scan_wording import scan_sentence

pytestmark = [pytest.mark.requirement("TRK-10"), pytest.mark.requirement("TRK-8")]
PLACES = [("", ""), ("杭州转运中心", ""), ("", "北京"), ("杭州转运中心", "北京")]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_sentence_with_whatever_is_known(code: str, language: str) -> None:
    meaning = CODES[code]
    with translation.override(language):
        sentences = [
            scan_sentence(code, meaning.status, meaning.reason, here=here, onward=onward)
            for here, onward in PLACES
        ]
    assert all(sentences) and not any("%" in one for one in sentences)
    chinese = [one for one in sentences if any("\u4e00" <= c <= "\u9fff" for c in one[:2])]
    assert bool(chinese) == (language == "zh-hans")


def test_the_next_stop_is_told() -> None:
    with translation.override("zh-hans"):
        answers = scan_sentence("departed", "in_transit", "", here="杭州转运中心", onward="北京")
        assert answers == "快件已离开杭州转运中心，发往北京"
        answers = scan_sentence("in_transit", "in_transit", "", here="杭州转运中心", onward="北京")
        assert answers == "快件正从杭州转运中心发往北京"
    with translation.override("en"):
        answers = scan_sentence("departed", "in_transit", "", here="杭州转运中心", onward="北京")
        assert answers == "Left 杭州转运中心 for 北京"
