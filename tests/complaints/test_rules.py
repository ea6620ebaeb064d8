"""The arithmetic of cases: grams, severity, load, variables, weights. No database (CMP-1)."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.complaints.enums import CaseClass, Severity
from apps.complaints.models import AssignmentRule, MajorRule
from apps.complaints.rules.triage import (
    Candidate,
    CaseFacts,
    choose_severity,
    fitting_rule,
    least_loaded,
)
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.attachments import DOCX, TEXT, XLSX, clean_file, clean_files
from apps.customers.grams import grams, likeness, query_of, searchable
from apps.customers.names import tidy
from apps.quality.enums import ExceptionKind
from apps.quality.rules import BY_WEIGHT, worse_of
from tests.factories.customers import png

pytestmark = pytest.mark.requirement("CMP-1")
AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
han = st.text(alphabet="包装破损丢失运单电话客户投诉晚点", min_size=0, max_size=12)
mixed = st.text(alphabet="包装破损abAB019 -,，。", max_size=30)


@given(mixed, mixed, han)
def test_whatever_stands_in_a_text_is_found_by_its_grams(
    before: str, after: str, word: str
) -> None:
    """A word of two Chinese characters or more, wherever it stands, has its grams in the text's."""
    text = searchable(f"{before} {word} {after}")
    wanted, words = query_of(word)
    if len(word) < 2:
        assert wanted == [] and words == []
        return
    assert set(wanted) <= set(grams(text))
    assert all(one in text for one in words)


@given(mixed)
def test_grams_are_unique_short_and_stable(text: str) -> None:
    found = grams(tidy(text))
    assert len(found) == len(set(found)) and all(1 <= len(gram) <= 3 for gram in found)
    assert found == grams(tidy(text))


def test_grams_of_words_and_numbers() -> None:
    assert grams(tidy("包装破损")) == ["包装", "装破", "破损"]
    assert grams(tidy("ＡＢ-1234号")) == ["ab", "123", "234"]
    assert query_of("破损") == (["破损"], [])
    assert query_of("包装破") == (["包装", "装破"], ["包装破"])
    assert query_of("破") == ([], [])
    assert searchable("联系人：王小明 13812345678") == "联系人:王** 138********"


@given(st.sets(st.text(max_size=3)), st.sets(st.text(max_size=3)))
def test_likeness_is_a_share(one: set[str], other: set[str]) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == (1.0 if one else 0.0)


def facts(**fields: Any) -> CaseFacts:
    values = {
        "case_class": CaseClass.COMPLAINT,
        "text": "包装破损",
        "declared_value": None,
        "is_key_account": False,
        "complaint_days": (),
    }
    return CaseFacts(**{**values, **fields})


@pytest.mark.parametrize(
    ("rule", "seen", "major"),
    [
        ({"words": "破损\n丢失"}, {}, True),
        ({"words": "丢失"}, {}, False),
        ({"words": "LAWYER"}, {"text": "my ｌａｗｙｅｒ"}, True),
        ({"min_declared_value": Decimal(3000)}, {"declared_value": Decimal(3000)}, True),
        ({"min_declared_value": Decimal(3000)}, {"declared_value": Decimal("2999.99")}, False),
        ({"min_declared_value": Decimal(3000)}, {}, False),
        ({"case_class": "loss", "words": "破损"}, {}, False),
        ({"key_account": True}, {"is_key_account": True}, True),
        ({"key_account": True, "words": "丢失"}, {"is_key_account": True}, False),
        ({"repeat_count": 3, "repeat_days": 30}, {"complaint_days": (1, 30)}, True),
        ({"repeat_count": 3, "repeat_days": 30}, {"complaint_days": (1, 30.1)}, False),
        (
            {"repeat_count": 2, "repeat_days": 30},
            {"complaint_days": (1,), "case_class": CaseClass.INQUIRY},
            False,
        ),
        ({}, {}, False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(
    rule: dict[str, Any], seen: dict[str, Any], major: bool
) -> None:
    severity, why = choose_severity(facts(**seen), [MajorRule(name="规则", **rule)])
    assert (severity == Severity.MAJOR) == major and bool(why) == major


@given(
    st.lists(
        st.builds(
            Candidate,
            st.integers(1, 50),
            st.integers(0, 9),
            st.none() | st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda gap: AT - gap),
        ),
        max_size=8,
    )
)
def test_nobody_with_less_in_hand_is_passed_over(people: list[Candidate]) -> None:
    chosen = least_loaded(people)
    if not people:
        assert chosen is None
        return
    least = min(one.in_hand for one in people)
    equal = [one for one in people if one.in_hand == least]
    assert chosen in {one.user_id for one in equal}
    never = {one.user_id for one in equal if one.last_given_at is None}
    assert not never or chosen in never


def test_the_first_rule_that_fits_decides() -> None:
    first = AssignmentRule(position=1, name="大客户", customer_id=7, case_class="complaint")
    second = AssignmentRule(position=2, name="重大", severity="major")
    last = AssignmentRule(position=3, name="其他")
    rules = [first, second, last]

    def fits(**fields: Any) -> AssignmentRule | None:
        values = {"case_class": "complaint", "severity": "ordinary", "customer_id": None}
        return fitting_rule(rules, **{**values, "unit_path": "HQ/", **fields})

    assert fits(customer_id=7) is first and fits(customer_id=7, case_class="loss") is last
    assert fits(severity="major") is second and fits() is last
    assert fitting_rule([], case_class="x", severity="", customer_id=None, unit_path="") is None


@given(st.sampled_from(ExceptionKind), st.sampled_from(ExceptionKind))
def test_the_worse_of_two_is_one_of_them_whatever_the_order(
    one: ExceptionKind, other: ExceptionKind
) -> None:
    assert worse_of(one, other) == worse_of(other, one) and worse_of(one, one) == one
    assert worse_of(one, other) in (one, other)
    assert set(BY_WEIGHT) == set(ExceptionKind)


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def test_files_are_known_by_content_not_by_name() -> None:
    assert clean_file(NewFile(png(), "a.exe")).name == "a.jpg"
    assert clean_file(NewFile(office("xl/workbook.xml"), "a.bin")).content_type == XLSX
    assert clean_file(NewFile(office("word/document.xml"), "a")).content_type == DOCX
    assert clean_file(NewFile("说明\r\n".encode(), "..\\a/说明.txt")).name == "说明.txt"
    assert clean_file(NewFile("说明".encode(), "x")).content_type == TEXT


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF\x00",
        b"%PDF-1.4 cut off",
        b"\x89PNG\r\n\x1a\nbroken",
        b"PK\x03\x04broken",
        office("evil.exe"),
        office("xl/workbook.xml", "xl/vbaProject.bin"),
        "文".encode("gb18030"),
        b"x" * (10 * 1024 * 1024 + 1),
    ],
    ids=[
        "empty",
        "program",
        "cut-pdf",
        "broken-png",
        "broken-zip",
        "zip-of-a-program",
        "sheet-with-macros",
        "gb18030",
        "too-long",
    ],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        clean_file(NewFile(content, "a.pdf"))


def test_a_dozen_files_are_enough() -> None:
    with pytest.raises(BadInput):
        clean_files([NewFile(png(), "a.png")] * 13)
