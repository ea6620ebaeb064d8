"""What makes a question one that can be asked, and what an answer to it is worth. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.knowledge.rules.markdown import bad_addresses
from apps.training.enums import FALSE, TRUE, WITH_OPTIONS, QuestionKind

MOST_OPTIONS, LONGEST_OPTION = 8, 200


class Asked(Protocol):
    """A version of a question, as far as marking needs it."""

    kind: str
    options: list[str]
    right: list[int]
    number: Decimal | None
    tolerance: Decimal | None
    points: int


class Answered(Protocol):
    chosen: list[int]
    number: Decimal | None
    text: str


def check_question(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a version, with what is not of its kind left out. BadInput names the field: without
    a right option, with two in a question that has one, with a link that would not be led to."""
    kind = QuestionKind(values["kind"])
    clean = {**values, "options": [], "right": [], "number": None, "tolerance": None}
    if kind in WITH_OPTIONS:
        clean["options"] = _options(values.get("options") or [])
        clean["right"] = _right(values.get("right") or [], len(clean["options"]))
    elif kind == QuestionKind.TRUE_FALSE:
        clean["right"] = _right(values.get("right") or [], FALSE)
    elif kind == QuestionKind.NUMBER:
        if values.get("number") is None:
            raise BadInput(_("Say the right number."), code="no_number", field="number")
        clean["number"], clean["tolerance"] = values["number"], values.get("tolerance") or Decimal()
    if kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE) and len(clean["right"]) != 1:
        raise BadInput(
            _(
                "This kind of question has one right option; choose “Several right options” for more."
            ),
            code="two_right",
            field="right",
        )
    if kind != QuestionKind.TEXT:
        clean["expected"] = ""
    clean |= _english(values, len(clean["options"]))
    for name in ("text", "why", "english_text", "english_why"):
        check_links(str(clean.get(name) or ""), name)
    return clean


def _english(values: Mapping[str, Any], options: int) -> dict[str, Any]:
    """Nothing of it need be there; of the options all or none, so that each place means the same."""
    given = (
        [one for one in values.get("english_options") or [] if str(one).strip()] if options else []
    )
    english = _options(given, "english_options") if given else []
    if english and len(english) != options:
        raise BadInput(
            _("As many options in English as there are, in the same order, or none."),
            code="english_options",
            field="english_options",
        )
    return {
        "english_text": str(values.get("english_text") or "").strip(),
        "english_options": english,
        "english_why": str(values.get("english_why") or "").strip(),
    }


def check_links(text: str, field: str) -> None:
    """BadInput with the lines of addresses that would not be led to (``javascript:`` and the like)."""
    if wrong := bad_addresses(text):
        raise BadInput(
            _("These addresses are not led to: %(lines)s") % {"lines": "; ".join(wrong)},
            code="bad_address",
            field=field,
        )


def _options(given: Sequence[str], field: str = "options") -> list[str]:
    options = [" ".join(str(one).split()) for one in given if str(one).strip()]
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise BadInput(
            _("Two to %(n)d options, one in a line.") % {"n": MOST_OPTIONS},
            code="bad_options",
            field=field,
        )
    if len(set(options)) != len(options):
        raise BadInput(_("Two options are the same."), code="same_options", field=field)
    if any(len(one) > LONGEST_OPTION for one in options):
        raise BadInput(
            _("An option has at most %(n)d signs.") % {"n": LONGEST_OPTION},
            code="long_option",
            field=field,
        )
    return options


def _right(given: Sequence[int], options: int) -> list[int]:
    right = sorted(set(given))
    if not right:
        raise BadInput(_("Say which option is right."), code="no_right", field="right")
    if right[0] < 1 or right[-1] > options:
        raise BadInput(
            _("There is no option %(n)d.") % {"n": right[0] if right[0] < 1 else right[-1]},
            code="no_such_option",
            field="right",
        )
    return right


def check_chosen(asked: Asked, chosen: Sequence[int]) -> list[int]:
    """The places chosen; BadInput for one that the question has not, or two where one is asked for."""
    most = len(asked.options) if asked.kind in WITH_OPTIONS else FALSE
    found = sorted(set(chosen))
    if found and (found[0] < TRUE or found[-1] > most):
        raise BadInput(_("The question has no such option."), code="no_such_option")
    if len(found) > 1 and asked.kind != QuestionKind.MULTIPLE:
        raise BadInput(_("Choose one option."), code="one_only")
    return found


def points_for(asked: Asked, answered: Answered) -> int | None:
    """All points or none; None where a person has to read it. What is not answered is worth nothing."""
    if asked.kind == QuestionKind.TEXT:
        return None if answered.text.strip() else 0
    if asked.kind == QuestionKind.NUMBER:
        is_right = (
            answered.number is not None
            and asked.number is not None
            and abs(answered.number - asked.number) <= (asked.tolerance or 0)
        )
    else:
        is_right = bool(answered.chosen) and sorted(answered.chosen) == sorted(asked.right)
    return asked.points if is_right else 0


def passes(points: int, maximum: int, mark: int) -> bool:
    """In whole numbers, so that exactly the mark passes: ``mark`` is a percentage."""
    return points * 100 >= mark * maximum


def can_regrade(old: Asked, new: Asked) -> bool:
    """Whether what was chosen in ``old`` means the same in ``new``: same kind, as many options."""
    same = old.kind == new.kind and len(old.options) == len(new.options)
    return same and new.kind != QuestionKind.TEXT
