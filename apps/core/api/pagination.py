"""Lists of the API: keyset pages in a stable order, no counting of tables."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from apps.core.errors import BadInput


class HouseCursorPagination(CursorPagination):
    """``?limit=`` 1 … 200 (50 when absent) and an opaque ``?cursor=``; a view that needs another
    order sets ``ordering`` to a unique, indexed one. A bad limit or cursor is refused with 400
    instead of being guessed at."""

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
        # A cursor is client input: its position may be anything, which surfaces here.
        try:
            page: list[Any] | None = super().paginate_queryset(queryset, request, view)
            return page
        except (NotFound, ValueError, TypeError, ValidationError, DataError) as error:
            if not request.query_params.get(self.cursor_query_param):
                raise
            raise BadInput(
                _("This cursor is not one we gave out. Start again without it."),
                code="bad_cursor",
                field=self.cursor_query_param,
            ) from error

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "description": "Opaque position from `next` or `previous` of an earlier page.",
                "schema": {"type": "string"},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "required": False,
                "description": "Rows per page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_page_size},
            },
        ]
