"""The public pages, at the root."""

from django.urls import path

from apps.portal.views import details, following, messages, search, shipment, site

app_name = "portal"
urlpatterns = [
    path("", search.home, name="home"),
    path("track", search.track, name="track"),
    path("track/", search.track),
    path("track/<str:number>", shipment.shipment, name="shipment"),
    path("track/<str:number>/live", shipment.live, name="live"),
    path("track/<str:number>/details", details.details, name="details"),
    path("track/<str:number>/close", details.close, name="close"),
    path("track/<str:number>/photo/<str:key>", details.photo, name="photo"),
    path("notify/follow/<str:number>", following.follow, name="follow"),
    path("notify/follow/<str:token>/code", following.confirm, name="confirm"),
    path("notify/follow/<str:token>/done", following.followed, name="followed"),
    path("notify/stop/<str:token>", messages.stop, name="stop"),
    path("notify/digest/<str:token>", messages.digest, name="digest"),
    path("robots.txt", site.robots, name="robots"),
    path("site.webmanifest", site.manifest, name="manifest"),
    path("favicon.ico", site.favicon, name="favicon"),
]
