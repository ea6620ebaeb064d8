"""Debian's chromium (or CHROMIUM), headless, one for all stories."""

import os
import signal
import threading
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Error, Playwright

PROGRAM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
# Seconds. Closing has no limit of its own in Playwright, and chromium 156 was seen never to answer it.
CLOSING = 120.0


class Chromium:
    """Started when first asked for, and again after it had to be ended."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._mark = f"--yipiao={uuid4()}"
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            launch = self._playwright.chromium.launch
            self._browser = launch(executable_path=PROGRAM, args=[*OPTIONS, self._mark])
        return self._browser

    def close_pages(self) -> None:
        """Close every page of everybody; a browser that does not is ended, and its story is over anyway."""
        end = threading.Timer(CLOSING, self._end)
        end.start()
        try:
            for context in self.browser().contexts:
                context.close()
        except Error:
            if self.browser().contexts:
                raise
        finally:
            end.cancel()

    def close(self) -> None:
        if self._browser is not None and self._browser.is_connected():
            self.close_pages()
            self._browser.close()

    def _end(self) -> None:
        """By its processes: the thread that could ask Playwright is the one that waits."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark.encode() in (folder / "cmdline").read_bytes():
                    os.kill(int(folder.name), signal.SIGKILL)
            except OSError:
                continue  # gone meanwhile
