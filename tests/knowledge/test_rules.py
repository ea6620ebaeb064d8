"""By which words a text is found, and what becomes of its Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.knowledge.rules.markdown import bad_addresses, first_words, render
from apps.knowledge.rules.words import asked, vector, words_of

pytestmark = pytest.mark.requirement("STF-2")


def test_chinese_is_found_by_pairs_and_other_words_by_their_beginnings() -> None:
    assert words_of("报价 How-much") == ["报", "报价", "价", "how", "much"]
    assert asked("理赔流程") == ["'理赔'", "'赔流'", "'流程'"]
    assert asked("ＣＬＡＩＭ 赔") == ["'claim':*", "'赔'"]
    assert asked(" …！？ ") == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_every_text_gives_words_that_postgresql_reads(title: str, body: str) -> None:
    for part in vector(title, body).split(" ") if vector(title, body) else []:
        word, places = part.rsplit(":", 1)
        assert word.startswith("'") and word.endswith("'") and "'" not in word[1:-1]
        assert all(0 < int(place.rstrip("A")) <= 16_383 for place in places.split(","))


@given(st.text(max_size=300))
def test_what_is_asked_for_never_breaks_the_question(text: str) -> None:
    for word in asked(text):
        assert word.strip(":*").strip("'").replace("'", "") == word.strip(":*").strip("'")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))", "[a](data:text/html,x)", "![a](https://elsewhere.example/x.png)",
        "<https://a.example/ onmouseover=x>", "[a](//elsewhere.example)", "[a](vbscript:x)",
        "[a]: javascript:alert(1)\n[a]",
    ],
)  # fmt: skip
def test_nothing_typed_becomes_a_script_a_picture_or_an_address_of_another_kind(typed: str) -> None:
    html = str(render(typed)).lower()
    assert "<script" not in html and "<img" not in html
    assert 'href="javascript' not in html and 'href="data' not in html
    assert 'href="vbscript' not in html and 'href="//' not in html
    assert "onerror=" not in html.replace("&lt;img src=x onerror=alert(1)&gt;", "")


@given(st.text(max_size=500))
def test_no_text_whatever_opens_a_tag_of_its_own(text: str) -> None:
    html = str(render(text)).lower()
    assert "<script" not in html and "<img" not in html and "<iframe" not in html


def test_links_that_lead_nowhere_are_named_with_their_line() -> None:
    assert bad_addresses("ok\n[a](https://a.example) [b](javascript:x)\n[c](/report)") == [
        "2: javascript:x"
    ]


def test_headings_are_below_that_of_the_page_and_tables_scroll() -> None:
    html = render("# 一\n\n| a | b |\n| - | - |\n| 1 | 2 |")
    assert "<h2>一</h2>" in html and '<div class="scroll" tabindex="0"><table>' in html


def test_the_first_words_are_without_marks_and_cut() -> None:
    shown = first_words("# 标题\n\n- **一** 与 `二`\n\n" + "很长" * 100, 20)
    assert (
        shown.startswith("标题 一")
        and shown.endswith("…")
        and "*" not in shown
        and "#" not in shown
    )
    assert len(shown) <= 21
