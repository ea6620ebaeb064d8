"""Staff pages that look across floors; under /admin/desk/."""

from django.urls import path

from apps.desk import views

app_name = "desk"
urlpatterns = [
    path("open/<str:subject_type>/<int:subject_id>", views.open_subject, name="open"),
    path("team", views.team_page, name="team"),
    path("promise/<int:clock_id>/kept", views.keep_own_promise, name="keep_promise"),
    path("case/<int:case_id>/take", views.take_unowned, name="take_case"),
    path("search", views.search, name="search"),
    path("shipment/<str:number>", views.shipment, name="shipment"),
    path("shipment/<str:number>/reveal", views.reveal, name="reveal"),
]
