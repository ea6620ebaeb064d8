from apps.knowledge.models.articles import Article, ArticleVersion, Section
from apps.knowledge.models.fits import Fit, Use, UseTally
from apps.knowledge.models.publications import Publication
from apps.knowledge.models.reading import (
    MissedSearch,
    Opinion,
    ReadingRequest,
    Review,
    Search,
    Understanding,
)

__all__ = [
    "Article",
    "ArticleVersion",
    "Fit",
    "MissedSearch",
    "Opinion",
    "Publication",
    "ReadingRequest",
    "Review",
    "Search",
    "Section",
    "Understanding",
    "Use",
    "UseTally",
]
