"""What other machines call: WeChat, the SMS gateway, Kuaidi100's clients, phone systems."""

from django.urls import path

from apps.inquiries.api import VoiceView
from apps.inquiries.views import kuaidi100, sms, wechat

app_name = "inquiries"
urlpatterns = [
    path("hooks/wechat", wechat.callback, name="wechat"),
    path("hooks/sms", sms.inbound, name="sms"),
    path("voice/track", VoiceView.as_view(), name="voice"),
    path("poll", kuaidi100.poll, name="kuaidi100_poll"),
    path("poll/", kuaidi100.poll),
    path("poll/query.do", kuaidi100.query, name="kuaidi100_query"),
    path("kuaidi100/courier", kuaidi100.courier, name="kuaidi100_courier"),
]
