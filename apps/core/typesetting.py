"""Papers as PDF, set by typst from a template and data: the same bytes for the same two and instant.

A process of its own does it: what typst keeps in memory for the next document, a hundred megabytes
for a long one, goes with it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

SECONDS = 60
# Isolated: no folder of ours stands before the libraries.
_COMMAND = [sys.executable, "-I", str(Path(__file__).with_name("typesetting_process.py"))]


def typeset(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of ``template``, whose ``sys.inputs.data`` is ``data`` as JSON; ``at`` stands in it as the
    time of its making. The only fonts are Noto Sans SC and Noto Serif SC. Raises RuntimeError with
    typst's words."""
    asked = {
        "template": str(template),
        "fonts": str(pylopdf_fonts_zh_cn.sans_path().parent),
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        "timestamp": int(at.timestamp()),
    }
    done = subprocess.run(  # noqa: S603  # our own program, and no shell
        _COMMAND,
        input=json.dumps(asked).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,  # its error is reported below
    )
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise RuntimeError(f"typst: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout
