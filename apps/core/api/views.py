"""The base of every door of the API: a request is taken exactly as it is described."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions as drf
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.pagination import PAGES, ApiCursorPagination


class ApiView(APIView):
    """``asks``: by method what may stand in the query; both the description (schema.py) and the
    refusal of everything else follow from it. ``paged``: the GET is a list in pages."""

    # False where machines that we do not know send more than they are asked for.
    exact = True
    asks: ClassVar[dict[str, tuple[OpenApiParameter, ...]]] = {}
    paged = False
    pages: ClassVar[type[ApiCursorPagination]] = ApiCursorPagination

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # A method that there is not is refused as such.
        method = request.method or ""
        if self.exact and method != "OPTIONS" and hasattr(self, method.lower()):
            check_query(request, [p.name for p in self.asked(method)])

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """With what the key has left, also where it was refused."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if allowance := getattr(request, "allowance", None):
            for name, value in allowance.headers.items():
                answer[name] = value
        return answer

    def asked(self, method: str) -> tuple[OpenApiParameter, ...]:
        method = "GET" if method == "HEAD" else method
        pages = tuple(PAGES) if self.paged and method == "GET" else ()
        return (*self.asks.get(method, ()), *pages)

    def page_of(self, rows: Any, shown: Callable[[Any], Any]) -> Response:
        """The page of ``rows`` that is asked for, as ``shown`` writes it, between its neighbours."""
        pages = self.pages()
        return pages.get_paginated_response(
            shown(pages.paginate_queryset(rows, self.request, self) or [])
        )


def check_query(request: Request, known: list[str]) -> None:
    """Raises ValidationError for a parameter that is not ``known`` or comes twice: a misspelt
    filter must not give the whole list in silence."""
    errors = {}
    for name, values in request.query_params.lists():
        shown = "".join(c for c in name[:60] if c.isprintable())
        if name not in known:
            errors[shown] = s.ErrorDetail(_("There is no such parameter."), "unknown_parameter")
        elif len(values) > 1:
            errors[shown] = s.ErrorDetail(_("Give this once."), "given_twice")
    if errors:
        raise drf.ValidationError({name: [error] for name, error in list(errors.items())[:20]})
