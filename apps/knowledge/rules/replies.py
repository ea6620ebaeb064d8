"""Variables of ready-made replies: checked when written, filled when used. Pure."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import BadInput

# The contact's name is filled in when the message is sent, so that it stays masked on screen.
WHEN_SENT = "contact"
VARIABLES = {
    "contact": gettext_lazy("the contact's name"),
    "customer": gettext_lazy("the customer's name"),
    "case": gettext_lazy("the number of the case"),
    "waybill": gettext_lazy("the waybill number"),
    "goods": gettext_lazy("the goods"),
    "from_city": gettext_lazy("where the shipment comes from"),
    "to_city": gettext_lazy("where the shipment goes to"),
    "status": gettext_lazy("where the shipment stands"),
    "expected": gettext_lazy("when it is expected"),
    "answer_by": gettext_lazy("until when we answer"),
    "agent": gettext_lazy("the agent's name"),
    "company": gettext_lazy("our name"),
    "hotline": gettext_lazy("our phone number"),
}
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def check_reply(title: str, reply: str) -> None:
    """BadInput naming the first variable that does not exist, or a brace without its partner."""
    for field, text in (("title", title), ("reply", reply)):
        for name in _VARIABLE.findall(text):
            if name not in VARIABLES:
                raise BadInput(
                    _("There is no variable {%(name)s}. Use: %(known)s.")
                    % {"name": name[:30], "known": ", ".join(f"{{{v}}}" for v in VARIABLES)},
                    code="unknown_variable",
                    field=field,
                )
        if set("{}") & set(_VARIABLE.sub("", text)):
            raise BadInput(
                _("A brace stands alone; variables look like {case}."),
                code="lone_brace",
                field=field,
            )


def fill_reply(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a variable without a value stays, so that the agent sees the gap."""
    return _VARIABLE.sub(lambda m: values.get(m[1]) or m[0], text)


def check_filled(text: str) -> None:
    """BadInput naming the gaps that a ready-made answer left: no customer reads "{expected}"."""
    gaps = [m[0] for m in _VARIABLE.finditer(text) if m[1] in VARIABLES and m[1] != WHEN_SENT]
    if gaps:
        raise BadInput(
            _("Fill in what the ready-made answer left open: %(gaps)s.")
            % {"gaps": ", ".join(dict.fromkeys(gaps))},
            code="not_filled",
            field="text",
        )
