from apps.knowledge.models.articles import Article, ArticleVersion, Section
from apps.knowledge.models.publications import Publication
from apps.knowledge.models.reading import MissedSearch, Opinion, ReadingRequest, Understanding

__all__ = [
    "Article",
    "ArticleVersion",
    "MissedSearch",
    "Opinion",
    "Publication",
    "ReadingRequest",
    "Section",
    "Understanding",
]
