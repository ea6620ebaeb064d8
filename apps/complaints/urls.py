"""Addresses of the cases API."""

from django.urls import path

from apps.complaints.api import cases

api_urlpatterns = [
    path("cases", cases.CasesView.as_view(), name="cases"),
    path("cases/<str:number>", cases.CaseView.as_view(), name="case"),
    path("cases/<str:number>/messages", cases.CaseMessagesView.as_view(), name="case_messages"),
    path("cases/<str:number>/withdraw", cases.WithdrawCaseView.as_view(), name="case_withdraw"),
    path("cases/<str:number>/files/<uuid:key>", cases.CaseFileView.as_view(), name="case_file"),
]
