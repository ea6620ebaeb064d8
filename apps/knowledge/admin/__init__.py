from apps.knowledge.admin.articles import ArticleAdmin
from apps.knowledge.admin.missed import MissedSearchAdmin
from apps.knowledge.admin.sections import SectionAdmin

__all__ = ["ArticleAdmin", "MissedSearchAdmin", "SectionAdmin"]
