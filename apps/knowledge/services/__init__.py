"""Writes of the knowledge floor."""

from apps.knowledge.services.articles import (
    change_article,
    enter_article,
    retire_article,
    review_article,
    save_section,
    write_version,
)
from apps.knowledge.services.fitting import set_fits
from apps.knowledge.services.publishing import publish_version, withdraw_publication
from apps.knowledge.services.reading import (
    ask_reading,
    give_opinion,
    mark_understood,
    note_search,
    settle_missed_search,
)
from apps.knowledge.services.using import check_leaves, note_use, sendable

__all__ = [
    "ask_reading",
    "change_article",
    "check_leaves",
    "enter_article",
    "give_opinion",
    "mark_understood",
    "note_search",
    "note_use",
    "publish_version",
    "retire_article",
    "review_article",
    "save_section",
    "sendable",
    "set_fits",
    "settle_missed_search",
    "withdraw_publication",
    "write_version",
]
