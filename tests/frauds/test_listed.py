"""The list of frauds is what the tests say."""

from tests.frauds.listing import DOCUMENT, document, frauds


def test_the_page_lists_every_fraud() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "python -m tests.frauds"


def test_each_fraud_has_a_name_of_its_own_and_a_requirement() -> None:
    found = frauds()
    assert len({(one.module, one.name) for one in found}) == len(found)
    assert [one.name for one in found if not one.requirements] == []
