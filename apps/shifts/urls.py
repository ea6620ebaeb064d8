"""What a person's own calendar reads, without signing in; under /duty/."""

from django.urls import path

from apps.shifts import views

app_name = "shifts"
urlpatterns = [path("<str:token>.ics", views.feed, name="feed")]
