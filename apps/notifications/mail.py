"""Guards against mail loops, for what we send and for what we receive. Pure."""

from collections.abc import Mapping

from apps.notifications.addresses import bare_email, is_ours

LOOP_HEADER = "X-Yipiao-Loop"
# RFC 3834: a machine wrote this and no machine shall answer.
OUTGOING = {
    "Auto-Submitted": "auto-generated",
    "Precedence": "bulk",
    "X-Auto-Response-Suppress": "All",
    LOOP_HEADER: "yipiao",
}
# What a machine of ours writes because of a mail that came in.
ANSWERING = {**OUTGOING, "Auto-Submitted": "auto-replied"}
# What a person of ours wrote: a person may answer, and machines shall not say that they are away.
WRITTEN = {
    "Auto-Submitted": "no",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    LOOP_HEADER: "yipiao",
}
_MACHINES = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@", "bounce", "owner-")


def may_be_answered(headers: Mapping[str, str], sender: str) -> bool:
    """Whether a machine may answer a mail with these headers (names in any case).

    No to other machines, lists, bounces, our own mailboxes and anything that already carries our
    mark. ``sender`` is the envelope's sender; an empty one is a bounce.
    """
    given = {name.lower(): value.strip().lower() for name, value in headers.items()}
    address = bare_email(sender)
    if not address or address.startswith(_MACHINES) or is_ours(address):
        return False
    if given.get("auto-submitted", "no").partition(";")[0].strip() != "no":
        return False
    if given.get("precedence") in {"bulk", "list", "junk", "auto_reply"}:
        return False
    if given.get("return-path") == "<>" or given.get("content-type", "").startswith(
        "multipart/report"
    ):
        return False
    marks = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", LOOP_HEADER.lower())
    return not any(mark in given for mark in marks)
