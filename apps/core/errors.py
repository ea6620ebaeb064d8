"""Refusals that a person can act on. A refusal is an answer, not a crash."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class RuleBroken(Exception):
    """A business rule refuses the request; nothing was changed.

    ``message`` is a translated sentence that says what to do; ``code`` is for programs;
    ``field`` names the input at fault; ``rule`` is the requirement behind it ("ORD-2").
    """

    def __init__(
        self, message: Any, *, code: str, field: str | None = None, rule: str = "", **params: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.rule = rule
        self.params = params

    def __str__(self) -> str:
        return str(self.message)


class BadInput(RuleBroken):
    """What was sent cannot be understood; ``row`` counts from 1 as a person counts lines."""

    def __init__(
        self,
        message: Any,
        *,
        code: str,
        field: str | None = None,
        row: int | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message, code=code, field=field, **params)
        self.row = row


class KeyReused(RuleBroken):
    """An Idempotency-Key came again with another request."""


class NotStored(RuleBroken):
    """A file could not be written to disk, so nothing else of the request was stored either. The same
    request succeeds once there is room; background receivers leave what they fetched in place until then."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file could not be kept: our storage takes none at the moment. Nothing was"
                " saved. Send it again in some minutes, or now without the file."
            ),
            code="file_not_kept",
        )
