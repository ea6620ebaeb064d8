"""Variables of replies; sentences by which a text is recognised (STF-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.knowledge.rules.passages import MOST, passages
from apps.knowledge.rules.replies import VARIABLES, check_reply, fill_reply
from apps.knowledge.seeding import reply_rows

pytestmark = pytest.mark.requirement("CMP-1")


@pytest.mark.parametrize("text", ["{nobody}", "{Contact}", "}", "{", "{contact", "{}", "{{case}}"])
def test_a_variable_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_reply("标题", text)
    assert caught.value.field == "reply"


@given(st.lists(st.sampled_from([*VARIABLES, "文字", " "]), max_size=6))
def test_filling_leaves_only_what_has_no_value(parts: list[str]) -> None:
    text = "".join(f"{{{part}}}" if part in VARIABLES else part for part in parts)
    check_reply("标题", text)
    assert fill_reply(text, dict.fromkeys(VARIABLES, "值")).count("{") == 0
    assert fill_reply(text, {}) == text


def test_the_answers_a_house_starts_with_use_known_variables_in_both_languages() -> None:
    rows = reply_rows()
    for row in rows:
        check_reply(row["title"], row["reply"])
        assert bool(row["reply"]) != bool(row["body"])
    assert {row["language"] for row in rows} == {"zh-hans", "en"}
    assert len(rows) == 2 * len({row["code"] for row in rows})


@pytest.mark.requirement("STF-2")
def test_a_sentence_is_recognised_however_it_is_spaced_and_marked() -> None:
    found = passages("先报状态。\n单号对不上：请客户读寄件日期、城市和电话后四位核对。")
    assert len(found) == 1, "what is short is said by everybody"
    assert passages("> 单号对不上, 请客户读寄件日期 城市和**电话后四位**核对！") == found
    assert passages("单号对不上：请客户读寄件日期、城市和电话后三位核对。") != found
    assert passages("") == [] and len(passages("长" * 20 + "。")) == 1


@pytest.mark.requirement("STF-2")
@given(st.text(max_size=400))
def test_any_text_has_few_numbers_that_the_database_can_hold(text: str) -> None:
    found = passages(text * 3)
    assert len(found) == len(set(found)) <= MOST
    assert all(-(2**63) <= number < 2**63 for number in found)
