"""Code 128 and QR as inline SVG: they print sharp and need no file and no script."""

import segno
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from reportlab.graphics.barcode.code128 import Code128Auto

QUIET = 10  # modules left free on either side, as ISO/IEC 15417 asks


def code128_svg(text: str, *, height: int = 48) -> SafeString:
    """``text`` must be printable ASCII. One module is one unit of the view box."""
    code = Code128Auto(text, quiet=0)
    code.validate()
    if not code.valid:
        raise ValueError("Code 128 carries ASCII only")
    code.encode()
    code.decompose()
    at, bars = QUIET, []
    # reportlab writes bars as capitals and spaces as small letters: B or b is two modules wide.
    for sign in code.decomposed:
        width = ord(sign.lower()) - ord("a") + 1
        if sign.isupper():
            bars.append((at, width, height))
        at += width
    rects = format_html_join("", '<rect x="{}" y="0" width="{}" height="{}"/>', bars)
    return format_html(
        '<svg class="code128" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none" shape-rendering="crispEdges">{}</svg>',
        text,
        at + QUIET,
        height,
        rects,
    )


def qr_svg(text: str) -> SafeString:
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=2, svgclass="qr", lineclass=None, omitsize=True, title=text
    )
    return mark_safe(drawn)  # drawn by the library from escaped text
