"""Lists of the API: keyset pages in a stable order, no counting of tables."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DataError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.utils.urls import replace_query_param

from apps.core.crypto import decrypt, encrypt
from apps.core.errors import BadInput

# What ``crypto.encrypt`` makes of the position, in the letters of an address.
CURSOR_SHAPE = r"^[A-Za-z0-9_-]{16,400}$"
_CURSOR = re.compile(CURSOR_SHAPE.strip("^$"))
# Whatever comes of a cursor that we did not write, or under a key that is gone.
_LEADS_NOWHERE = (
    *(NotFound, ValueError, TypeError, ValidationError, DataError, ImproperlyConfigured),
)


class ApiCursorPagination(CursorPagination):
    """``?limit=`` 1 … 200 (50 when absent) and an opaque ``?cursor=``; a view that needs another
    order sets ``ordering`` to a unique, indexed one. A bad limit or cursor is refused with 400
    instead of being guessed at; a cursor of the right shape that leads nowhere is a page not found."""

    ordering: Any = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def get_page_size(self, request: Any) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        # isdecimal alone would let ² and Arabic digits through, and int() very long ones.
        if not (given.isascii() and given.isdecimal() and len(given) <= 4) or not (
            1 <= int(given) <= self.max_page_size
        ):
            raise BadInput(
                _("The limit must be a whole number from 1 to %(max)s.")
                % {"max": self.max_page_size},
                code="bad_limit",
                field=self.page_size_query_param,
            )
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is not None and not _CURSOR.fullmatch(given):
            raise self._bad_cursor()
        # Its position may still be anything, which surfaces here.
        try:
            page: list[Any] | None = super().paginate_queryset(queryset, request, view)
            return page
        except _LEADS_NOWHERE as error:
            if given is None:
                raise
            raise NotFound(str(self._bad_cursor()), "bad_cursor") from error

    def decode_cursor(self, request: Any) -> Any:
        """The base class's own reading of a position that only we can read: it is a row number,
        and would reveal how many rows there are."""
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return None
        # ValueError for whatever we did not write; binascii's is one.
        sealed = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
        position = dict(parse_qsl(decrypt(sealed), keep_blank_values=True, strict_parsing=True))
        offset = int(position.get("o", "0"))
        return Cursor(min(offset, self.offset_cutoff or offset), "r" in position, position.get("p"))  # type: ignore[arg-type]  # the stubs know rows by number only

    def encode_cursor(self, cursor: Any) -> str:
        position = {"o": str(cursor.offset)} if cursor.offset else {}
        position |= {"r": "1"} if cursor.reverse else {}
        position |= {"p": cursor.position} if cursor.position is not None else {}
        sealed = encrypt(urlencode(position) or "o=0").encode()
        token = urlsafe_b64encode(sealed).rstrip(b"=").decode()
        return replace_query_param(str(self.base_url), self.cursor_query_param, token)

    def _bad_cursor(self) -> BadInput:
        return BadInput(
            _("This cursor is not one we gave out. Start again without it."),
            code="bad_cursor",
            field=self.cursor_query_param,
        )

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "description": "Opaque position from `next` or `previous` of an earlier page.",
                "schema": {"type": "string", "pattern": CURSOR_SHAPE},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "required": False,
                "description": "Rows per page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_page_size},
            },
        ]


def _as_parameter(parameter: dict[str, Any]) -> OpenApiParameter:
    return OpenApiParameter(
        parameter["name"], parameter["schema"], description=parameter["description"]
    )


# For views that page by themselves and are not seen by the library as lists.
PAGES = [
    _as_parameter(parameter)
    for parameter in ApiCursorPagination().get_schema_operation_parameters(None)
]
