"""Words that stand in both languages: whoever reads sees theirs, or the other where it lacks."""

from typing import TypeVar

from django.utils.translation import get_language

Text = TypeVar("Text", str, list[str])


def reads_english() -> bool:
    return (get_language() or "").startswith("en")


def in_reader_language(main: Text, english: Text) -> Text:
    """``english`` for who reads English, unless it is empty."""
    return english if english and reads_english() else main
