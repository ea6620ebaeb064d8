"""Write docs/frauds.md from the tests of this folder: ``python -m tests.frauds``."""

from tests.frauds.listing import DOCUMENT, document

DOCUMENT.write_text(document(), encoding="utf-8")
