"""A state moves in one place and by one table."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken

S = TypeVar("S", bound=str)


class MoveTable(Generic[S]):
    """The allowed moves of one kind of record; everything else is refused."""

    def __init__(self, moves: Mapping[S, set[S]]) -> None:
        self._moves = {frm: frozenset(to) for frm, to in moves.items()}

    def allows(self, frm: str, to: str) -> bool:
        return any(frm == start and to in ends for start, ends in self._moves.items())

    def check(self, frm: S, to: S) -> None:
        """Raise RuleBroken (``illegal_move``) unless ``frm`` may become ``to``."""
        if not self.allows(frm, to):
            raise RuleBroken(
                _("This is “%(from)s” now and cannot become “%(to)s”.")
                % {"from": getattr(frm, "label", frm), "to": getattr(to, "label", to)},
                code="illegal_move",
                field="state",
            )

    def moves(self) -> Iterator[tuple[S, S]]:
        for frm, ends in self._moves.items():
            for to in sorted(ends):
                yield frm, to

    def ends_of(self, frm: S) -> frozenset[S]:
        return self._moves.get(frm, frozenset())
