"""What bin/up says when everything answers: addresses, sign-ins, where the logs are."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from launch.django import Manage
from launch.keys import write_private
from launch.say import say

if TYPE_CHECKING:
    from launch.installation import Installation


def welcome(running: "Installation", manage: Manage, seconds: float) -> None:
    """``seconds`` is how long the start took."""
    url, place = running.url, running.place
    say(f"\nReady after {seconds:.1f} s.\n")
    say(f"  Track a parcel   {url}")
    say(f"  Staff            {url}admin/")
    if manage.env.get("DEMO_MAILBOX"):
        say(f"  What it sends    {url}admin/demo-mailbox")
    say(f"  API              {url}api/schema/")
    say(f"  Live updates     {running.streams_url}api/v1/waybills/NUMBER/stream")
    write_private(running.metrics_key, running.servers.env["METRICS_KEY"])
    say(f"  Metrics          {url}metrics, its key in {running.metrics_key}")
    say(f"  Logs             {place.log('web').parent}")
    if manage.checkout.has_command("demo_signins"):
        _show_signins(running, manage)
    say("\nCtrl-C ends everything.")


def _show_signins(running: "Installation", manage: Manage) -> None:
    """On the screen only: passwords stand in no log."""
    with tempfile.TemporaryDirectory(dir=running.place.folder) as folder:
        shown = Path(folder) / "shown"
        replace(manage, log=shown).run("demo_signins")
        say(f"\n{shown.read_text().strip()}")
    if running.api_key.is_file():
        say(f"API key of 云裳服饰: in {running.api_key}")
