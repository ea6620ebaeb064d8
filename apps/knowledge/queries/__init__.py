"""Reading articles: what is in force for whom, found by words."""

from apps.knowledge.queries.articles import (
    PAGES,
    article_list,
    newest_versions,
    standings,
)
from apps.knowledge.queries.in_force import (
    Found,
    Shelf,
    article_in_force,
    in_force,
    opinions_of,
    search,
    shelves,
)
from apps.knowledge.queries.reading import missing_readers, to_read

__all__ = [
    "PAGES",
    "Found",
    "Shelf",
    "article_in_force",
    "article_list",
    "in_force",
    "missing_readers",
    "newest_versions",
    "opinions_of",
    "search",
    "shelves",
    "standings",
    "to_read",
]
