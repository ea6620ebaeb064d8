"""The knowledge base's part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.knowledge.api.articles import ArticlesView, ArticleView

api_urlpatterns: list[URLPattern] = [
    path("articles", ArticlesView.as_view(), name="api-articles"),
    path("articles/<str:code>", ArticleView.as_view(), name="api-article"),
]
