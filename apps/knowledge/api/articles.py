"""Articles of the help centre through the API (STF-2): what ``queries.public`` says, and nothing else."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import Language
from apps.core.api.exact import SOME_TEXT
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.knowledge import queries
from apps.knowledge.api.shapes import ArticleDetailShape, ArticleListShape
from apps.knowledge.enums import Audience
from apps.knowledge.rules.words import LONGEST_SEARCH

SCOPE = "articles:read"
_SOME_TEXT = re.compile(SOME_TEXT.removesuffix("$") + r"\Z")
MOST = 500
LANGUAGE = OpenApiParameter(
    "language", str, enum=Language.values, description="`zh-hans` when absent."
)
WORDS = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH, "pattern": SOME_TEXT},
    description="Only articles with these words, the best first, at most 30.",
)
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="`how-to-claim`")


class ArticlesView(ApiView):
    required_scopes = {"GET": SCOPE}
    links = {"GET": {"article_read": {"code": "/results/0/code"}}}
    asks = {"GET": (LANGUAGE, WORDS)}

    @extend_schema(
        operation_id="articles_list",
        summary="Articles of the help centre",
        description="What everybody may read just now, by section and title. It changes seldom: keep it for "
        "an hour.",
        responses={200: ArticleListShape},
    )
    def get(self, request: Request) -> Response:
        at, language = timezone.now(), _language(request)
        rows = queries.public(at, language).defer("words", "passages")
        if "q" in request.query_params:
            text = request.query_params["q"]
            _check_words(text)
            codes = [one.code for one in queries.search(text, Audience.PUBLIC, at, language)]
            by_code = {row.article.code: row for row in rows.filter(article__code__in=codes)}
            found = [by_code[code] for code in codes if code in by_code]
        else:
            order = ("article__section__position", "article__section__code", "title", "pk")
            found = list(rows.order_by(*order)[:MOST])
        return Response(ArticleListShape({"results": found}).data)


class ArticleView(ApiView):
    required_scopes = {"GET": SCOPE}
    asks = {"GET": (LANGUAGE,)}

    @extend_schema(
        operation_id="article_read",
        summary="One article of the help centre",
        description="In the other language where it is not written in this one. 404 for what is not "
        "public, as for what is not there.",
        parameters=[CODE],
        responses={200: ArticleDetailShape},
    )
    def get(self, request: Request, code: str) -> Response:
        version = queries.article_in_force(
            code, Audience.PUBLIC, timezone.now(), _language(request)
        )
        if version is None:
            raise NotFound
        return Response(ArticleDetailShape(version).data)


def _language(request: Request) -> str:
    asked: str = request.query_params.get("language", Language.CHINESE.value)
    if asked not in Language.values:
        raise BadInput(
            _("The language is zh-hans or en."), code="unknown_language", field="language"
        )
    return asked


def _check_words(text: str) -> None:
    if not _SOME_TEXT.match(text) or len(text) > LONGEST_SEARCH:
        raise BadInput(
            _("Give 1 to %(most)d characters to look for.") % {"most": LONGEST_SEARCH},
            code="bad_words",
            field="q",
        )
