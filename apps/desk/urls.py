"""Staff pages that look across floors; under /admin/desk/."""

from django.urls import path

from apps.desk.views import chat_acts, chats, pages

app_name = "desk"
urlpatterns = [
    path("open/<str:subject_type>/<int:subject_id>", pages.open_subject, name="open"),
    path("team", pages.team_page, name="team"),
    path("promise/<int:clock_id>/kept", pages.keep_own_promise, name="keep_promise"),
    path("case/<int:case_id>/take", pages.take_unowned, name="take_case"),
    path("search", pages.search, name="search"),
    path("moment", pages.moment, name="moment"),
    path("shipment/<str:number>", pages.shipment, name="shipment"),
    path("shipment/<str:number>/reveal", pages.reveal, name="reveal"),
    path("chats", chats.board_page, name="chats"),
    path("chats/news", chats.news, name="chat_news"),
    path("chats/seat", chat_acts.seat, name="chat_seat"),
    path("chats/file/<str:key>", chats.file, name="chat_file"),
    path("chats/<int:chat_id>", chats.transcript, name="chat"),
    path("chats/<int:chat_id>/context", chats.context_view, name="chat_context"),
    path("chats/<int:chat_id>/answers", chats.answers, name="chat_answers"),
    path("chats/<int:chat_id>/take", chat_acts.take, name="chat_take"),
    path("chats/<int:chat_id>/decline", chat_acts.decline, name="chat_decline"),
    path("chats/<int:chat_id>/say", chat_acts.say, name="chat_say"),
    path("chats/<int:chat_id>/typing", chat_acts.typing, name="chat_typing"),
    path("chats/<int:chat_id>/shipment", chat_acts.shipment, name="chat_shipment"),
    path("chats/<int:chat_id>/hand", chat_acts.hand, name="chat_hand"),
    path("chats/<int:chat_id>/case", chat_acts.open_case, name="chat_case"),
    path("chats/<int:chat_id>/close", chat_acts.close, name="chat_close"),
    path("chats/<int:chat_id>/dismiss", chat_acts.dismiss, name="chat_dismiss"),
]
