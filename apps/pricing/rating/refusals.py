"""How a tariff or a price is refused."""

from typing import Any

from apps.core.errors import BadInput, RuleBroken


class Unrated(RuleBroken):
    """There is no price, and the sentence says which zone, band or fact is missing. Never 0."""

    def __init__(self, message: Any, *, code: str, **params: Any) -> None:
        super().__init__(message, code=code, rule="BIL-1", **params)


class TariffProblem(BadInput):
    """One thing that is wrong in a tariff: in which ``part`` (sheet), in which of its rows."""

    def __init__(
        self,
        message: Any,
        *,
        code: str,
        part: str,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message, code=code, row=row, field=field, part=part)
        self.part = part


class TariffRefused(BadInput):
    """A tariff that cannot be compiled; ``rows`` are all that is wrong with it."""

    def __init__(self, rows: list[TariffProblem]) -> None:
        first = rows[0]
        super().__init__(first.message, code=first.code, field=first.field, row=first.row)
        self.rows = rows
