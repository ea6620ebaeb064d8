"""``{% csrf_token %}`` of this project also writes the form's own key, by which the form counts once.

It stands among the builtins of the template engine in place of Django's tag of that name: whatever
form is written, here or in a library, it has its key without anybody having thought of it.
"""

import secrets
from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
# The name of the field, and what a key looks like.
FIELD = "form_key"
KEY_BYTES = 16


class FormNode(CsrfTokenNode):
    def render(self, context: Any) -> SafeString:
        token = super().render(context)
        if not token:
            return SafeString("")
        key = secrets.token_urlsafe(KEY_BYTES)
        field = format_html('<input type="hidden" name="{}" value="{}">', FIELD, key)
        return SafeString(token + field)


@register.tag
def csrf_token(_parser: Any, _token: Any) -> FormNode:
    return FormNode()
