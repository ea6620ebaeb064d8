"""Text out of a mail, as it can be kept. Pure."""


def cleaned(text: str, *, keep: str = "") -> str:
    """Without NUL; other signs that cannot be printed become blanks, save those in ``keep``."""
    text = text.replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in keep else " " for c in text if c != "\x00")
