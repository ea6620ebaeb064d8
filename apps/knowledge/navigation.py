"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page, records, setting

KNOWLEDGE = _("Knowledge base")

PAGES = (
    Page(
        _("Handbook"),
        "menu_book",
        "admin:knowledge_article_handbook",
        "knowledge.view_article",
        about=_("How we work: procedures, scripts, manners, policies, and what you are to read."),
        section=KNOWLEDGE,
        words="知识库 手册 流程 话术 礼仪 赔付 政策 FAQ SOP",
    ),
    records(
        _("Articles"),
        "edit_note",
        "knowledge.article",
        may="change",
        about=_("Write, publish and review what stands in the handbook and the help centre."),
        section=KNOWLEDGE,
        words="文章 发布 版本 帮助中心 快捷回复 话术",
    ),
    records(
        _("Searches without result"),
        "search_off",
        "knowledge.missedsearch",
        about=_("What colleagues and customers looked for in vain."),
        section=KNOWLEDGE,
        words="搜不到 无结果",
    ),
    setting(
        _("Sections"),
        "folder",
        "knowledge.section",
        _("What the handbook is divided into, and who answers for each part."),
        section=KNOWLEDGE,
    ),
)
