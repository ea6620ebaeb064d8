"""The choices of the knowledge floor, with the words and colours staff see."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class ArticleKind(ColourChoices):
    PROCEDURE = "procedure", _("Procedure"), "blue"
    SCRIPT = "script", _("Script"), "teal"
    ETIQUETTE = "etiquette", _("Reception manners"), "purple"
    FAQ = "faq", _("Frequent question"), "green"
    POLICY = "policy", _("Policy"), "amber"


class Audience(ColourChoices):
    INTERNAL = "internal", _("Staff"), "blue"
    PUBLIC = "public", _("Everybody"), "green"


class Standing(ColourChoices):
    """Where an article stands for an audience; read from its publications, never stored."""

    DRAFT = "draft", _("Draft"), "grey"
    PLANNED = "planned", _("From a later day"), "amber"
    CURRENT = "current", _("In force"), "green"
    ENDED = "ended", _("Withdrawn"), "grey"


EVENT_KINDS = {
    "article.entered": _("Article entered"),
    "article.changed": _("Article changed"),
    "article.written": _("Version written"),
    "article.published": _("Version published"),
    "article.withdrawn": _("Publication ended"),
    "article.reviewed": _("Article reviewed"),
    "article.retired": _("Article retired"),
    "article.reading_asked": _("Reading asked for"),
    "article.understood": _("Read and understood"),
    "section.changed": _("Section changed"),
    "missed_search.settled": _("Search without result settled"),
}
EVENT_DETAILS = {
    "audience": _("For whom"),
    "article.written/n": _("Version"),
    "article.written/language": _("Language"),
    "article.published/n": _("Version"),
    "article.published/language": _("Language"),
    "article.published/from": _("From"),
    "article.withdrawn/language": _("Language"),
    "article.reviewed/next": _("Next review"),
    "article.reading_asked/roles": _("Who is to read it"),
    "article.reading_asked/due": _("Due"),
}
EVENT_VALUES = {"audience": Audience}
