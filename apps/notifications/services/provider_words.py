"""Words that a provider approved and fills in itself: we send parameters, it refuses a message
that lacks one of them. So what it needs is checked when the words are saved, not when a message
fails."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.notice_types import Topic
from apps.notifications import channels
from apps.notifications.provider_words import (
    STOP,
    can_be_stopped,
    needed_parameters,
    sent_parameters,
)
from apps.notifications.wording import check_words, variables_in


def check_provider_words(
    topic: Topic, channel: str, code: str, text: str, fields: Mapping[str, str]
) -> None:
    """Raises BadInput naming what is missing and how to add it."""
    if not all(isinstance(value, str) for value in fields.values()):
        raise BadInput(
            _("The provider's parameters are texts."), code="bad_fields", field="provider_fields"
        )
    check_words(topic, [("provider_fields", value) for value in fields.values()], besides=[STOP])
    known = channels.known(channel) and channels.channel(channel)
    if not known or known.placeholder is None:
        if code.strip() or text.strip():
            raise BadInput(
                _("A provider's template is for SMS or WeChat: use “Words for one channel”."),
                code="no_provider",
                field="provider_code",
            )
        return
    if bool(code.strip()) != bool(text.strip()):
        raise BadInput(
            _("Enter the provider's template number and the text it approved, both or neither."),
            code="half_a_template",
            field="provider_text" if code.strip() else "provider_code",
        )
    needed = needed_parameters(known, text)
    _check_parameters(needed, sent_parameters(topic, known, fields))
    if text.strip() and channel == "sms" and can_be_stopped(topic.key):
        _check_stop(needed, fields)


def _check_parameters(needed: list[str], sent: list[str]) -> None:
    missing = [name for name in needed if name not in sent]
    if missing:
        raise BadInput(
            _(
                "The provider's text needs %(missing)s, which we do not send. We send: %(sent)s. "
                "Add what is missing under “Provider's parameters”."
            )
            % {"missing": ", ".join(missing), "sent": ", ".join(sent)},
            code="missing_parameters",
            field="provider_text",
        )


def _check_stop(needed: list[str], fields: Mapping[str, str]) -> None:
    """People outside must be able to end it by the message itself (NTF-3)."""
    carrying = {name for name, value in fields.items() if STOP in variables_in(value)} | {STOP}
    if not carrying & set(needed):
        raise BadInput(
            _("The provider's text lacks ${stop}, the link by which a person ends these messages."),
            code="no_stop_link",
            field="provider_text",
        )
