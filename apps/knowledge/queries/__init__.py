"""Reading articles: what is in force for whom, found by words."""

from apps.knowledge.queries.articles import (
    PAGES,
    article_list,
    newest_versions,
    publication_states,
)
from apps.knowledge.queries.in_force import (
    Found,
    Shelf,
    article_in_force,
    in_force,
    opinions_of,
    public,
    readable,
    search,
    shelves,
)
from apps.knowledge.queries.reading import missing_readers, to_read
from apps.knowledge.queries.suggesting import Suggestion, guides, replies, suggestions

__all__ = [
    "PAGES",
    "Found",
    "Shelf",
    "Suggestion",
    "article_in_force",
    "article_list",
    "guides",
    "in_force",
    "missing_readers",
    "newest_versions",
    "opinions_of",
    "public",
    "publication_states",
    "readable",
    "replies",
    "search",
    "shelves",
    "suggestions",
    "to_read",
]
