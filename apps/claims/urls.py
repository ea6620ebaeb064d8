"""The claims part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.claims.api import answering, claims

api_urlpatterns: list[URLPattern] = [
    path("compensation-rules", claims.RulesView.as_view(), name="api-compensation-rules"),
    path("claims", claims.ClaimsView.as_view(), name="api-claims"),
    path("claims/<str:number>", claims.ClaimView.as_view(), name="api-claim"),
    path("claims/<str:number>/papers", claims.ClaimPapersView.as_view(), name="api-claim-papers"),
    path("claims/<str:number>/agree", answering.AgreeClaimView.as_view(), name="api-claim-agree"),
    path(
        "claims/<str:number>/dispute",
        answering.DisputeClaimView.as_view(),
        name="api-claim-dispute",
    ),
]
