from apps.hotline.models.call_backs import CallBack
from apps.hotline.models.calls import Call, Leg
from apps.hotline.models.files import CallFile
from apps.hotline.models.systems import AnswerPolicy, Extension, PhoneSystem

__all__ = ["AnswerPolicy", "Call", "CallBack", "CallFile", "Extension", "Leg", "PhoneSystem"]
