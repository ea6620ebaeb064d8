"""The process behind ``core.typesetting``: what is asked comes as JSON, the PDF leaves on stdout."""

import json
import sys
from pathlib import Path

import typst


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    template = Path(asked["template"])
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[asked["fonts"]]
    )
    compiler = typst.Compiler(
        str(template),
        root=str(template.parent),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": asked["data"]},
    )
    made = compiler.compile(format="pdf", timestamp=asked["timestamp"], pdf_tags=False)
    sys.stdout.buffer.write(made)  # type: ignore[arg-type]  # one file for this format


if __name__ == "__main__":
    main()
