"""The choices of the knowledge floor, with the words and colours staff see."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class ArticleKind(ColourChoices):
    PROCEDURE = "procedure", _("Procedure"), "blue"
    SCRIPT = "script", _("Script"), "teal"
    ETIQUETTE = "etiquette", _("Reception manners"), "purple"
    FAQ = "faq", _("Frequent question"), "green"
    POLICY = "policy", _("Policy"), "amber"
    REPLY = "reply", _("Ready-made reply"), "teal"


class Audience(ColourChoices):
    INTERNAL = "internal", _("Staff"), "blue"
    PUBLIC = "public", _("Everybody"), "green"


class PublicationState(ColourChoices):
    """Where an article stands for an audience; read from its publications, never stored."""

    DRAFT = "draft", _("Draft"), "grey"
    PLANNED = "planned", _("From a later day"), "amber"
    CURRENT = "current", _("In force"), "green"
    ENDED = "ended", _("Withdrawn"), "grey"


class FitAspect(ColourChoices):
    """By what an article is found to be for a case."""

    CLASS = "class", _("Kind of case"), "blue"
    CAUSE = "cause", _("Cause"), "purple"
    STATUS = "status", _("Tracking status"), "teal"
    CHANNEL = "channel", _("Channel"), "grey"
    CUSTOMER = "customer", _("Customer"), "amber"
    ANY = "any", _("Every case"), "grey"


class UseHow(ColourChoices):
    READ = "read", _("Read beside the case"), "grey"
    SENT = "sent", _("Sent to the customer"), "green"


class KnowledgeMatter(ColourChoices):
    """What has clocks here."""

    REVIEW = "article_review", _("Review of an article"), "amber"
    READING = "article_reading", _("Article to be read by all"), "purple"


MATTER_KINDS = {
    KnowledgeMatter.REVIEW: Timed(seen_with="knowledge.change_article"),
    KnowledgeMatter.READING: Timed(seen_with="knowledge.publish_article"),
}

EVENT_KINDS = {
    "article.entered": _("Article entered"),
    "article.changed": _("Article changed"),
    "article.written": _("Version written"),
    "article.published": _("Version published"),
    "article.withdrawn": _("Publication ended"),
    "article.reviewed": _("Article reviewed"),
    "article.fits_changed": _("What the article is for was changed"),
    "article.retired": _("Article retired"),
    "article.reading_asked": _("Reading asked for"),
    "article.understood": _("Read and understood"),
    "article.read_by_all": _("Read and understood by everybody"),
    "section.changed": _("Section changed"),
    "missed_search.settled": _("Search without result settled"),
}
EVENT_DETAILS = {
    "audience": _("Readers"),
    "article.written/n": _("Version"),
    "article.written/language": _("Language"),
    "article.published/n": _("Version"),
    "article.published/language": _("Language"),
    "article.published/from": _("from"),
    "article.withdrawn/language": _("Language"),
    "article.reviewed/next": _("Next review"),
    "article.reading_asked/roles": _("Who is to read it"),
    "article.reading_asked/due": _("Due"),
    "article.reading_asked/title": _("Title"),
    "article.understood/n": _("Version"),
    "article.read_by_all/n": _("Version"),
    "article.fits_changed/fits": _("For which cases"),
    "missed_search.settled/text": _("Words"),
    "missed_search.settled/times": _("Times"),
}
EVENT_VALUES = {"audience": Audience}
# Numbers of people, for who is told; a timeline shows the roles and the section by their names.
EVENT_ROWS = ("people",)
