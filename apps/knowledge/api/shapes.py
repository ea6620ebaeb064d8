"""What the articles API gives: what everybody may read, and no trace of anything else."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from apps.accounts.enums import Language
from apps.knowledge.enums import ArticleKind
from apps.knowledge.models import ArticleVersion
from apps.knowledge.rules.markdown import first_words, render


class ArticleShape(s.Serializer[ArticleVersion]):
    code = s.CharField(source="article.code", help_text="Its address, for good.")
    language = s.ChoiceField(choices=Language.choices)
    section = s.SerializerMethodField()
    kind = s.ChoiceField(source="article.kind", choices=ArticleKind.choices)
    title = s.CharField()
    begins = s.SerializerMethodField(help_text="The first words, without marks.")

    @extend_schema_field(s.CharField())
    def get_section(self, version: ArticleVersion) -> str:
        section = version.article.section
        return section.english_name if version.language == Language.ENGLISH else section.name

    @extend_schema_field(s.CharField(allow_blank=True))
    def get_begins(self, version: ArticleVersion) -> str:
        return first_words(version.body)


class ArticleListShape(s.Serializer[Any]):
    results = ArticleShape(many=True)


class ArticleDetailShape(ArticleShape):
    body = s.CharField(allow_blank=True, help_text="Markdown.")
    html = s.SerializerMethodField(help_text="The same as harmless HTML.")

    @extend_schema_field(s.CharField(allow_blank=True))
    def get_html(self, version: ArticleVersion) -> str:
        return str(render(version.body))
