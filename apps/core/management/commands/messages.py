"""Keep the Chinese wording complete: `manage.py messages compile|missing|add|update`."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

# Where messages stand in the code.
SOURCES = ("apps", "config", "templates")
HEADER = {
    "Project-Id-Version": "yipiao",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class Command(BaseCommand):
    help = "Compile, complete and check locale/zh_Hans (the interface's Chinese)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["compile", "update", "missing", "add"])
        parser.add_argument("file", nargs="?", help="for add: JSON of {English: 中文}")
        parser.add_argument("--path", nargs="*", default=[], help="for missing: only these folders")
        parser.add_argument("--fail", action="store_true", help="for missing: exit 1 if any is")

    def handle(self, *args: Any, **options: Any) -> None:
        with _locked():
            getattr(self, options["action"])(options)

    def compile(self, options: dict[str, Any]) -> None:
        catalogue = _load()
        catalogue.save_as_mofile(str(_path().with_suffix(".mo")))
        self.stdout.write(f"{len(catalogue.translated_entries())} messages compiled")

    def update(self, options: dict[str, Any]) -> None:
        """Bring the catalogue in line with the code (needs GNU gettext)."""
        extracted = _extract()
        catalogue = _load()
        wanted = {e.msgid: e for e in extracted}
        for entry in list(catalogue):
            if entry.msgid not in wanted:
                catalogue.remove(entry)
        _save(catalogue, extracted)
        self.stdout.write(f"{len(extracted)} messages in use")

    def missing(self, options: dict[str, Any]) -> None:
        done = {e.msgid for e in _load() if e.translated()}
        paths = [p.rstrip("/") for p in options["path"]]
        rows = [
            e
            for e in _extract()
            if e.msgid not in done
            and (not paths or any(place.startswith(tuple(paths)) for place, _ in e.occurrences))
        ]
        self.stdout.write(json.dumps({e.msgid: "" for e in rows}, ensure_ascii=False, indent=1))
        if rows and options["fail"]:
            raise CommandError(f"{len(rows)} messages have no Chinese yet")

    def add(self, options: dict[str, Any]) -> None:
        """Merge translations; a plural message takes one Chinese form."""
        if not options["file"]:
            raise CommandError("name a JSON file")
        words: dict[str, str] = json.loads(Path(options["file"]).read_text())
        catalogue = _load()
        extracted = {e.msgid: e for e in _extract()}
        for english, chinese in words.items():
            if not chinese:
                continue
            entry = catalogue.find(english)
            if entry is None:
                source = extracted.get(english)
                if source is None:
                    self.stderr.write(f"not in the code: {english!r}")
                    continue
                entry = polib.POEntry(msgid=english, msgid_plural=source.msgid_plural)
                entry.flags = [f for f in source.flags if f != "fuzzy"]
                catalogue.append(entry)
            if entry.msgid_plural:
                entry.msgstr_plural = {0: chinese}
            else:
                entry.msgstr = chinese
        _save(catalogue, [])
        self.compile(options)


def _path() -> Path:
    return Path(settings.BASE_DIR) / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def _load() -> polib.POFile:
    path = _path()
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0)
    return polib.POFile(wrapwidth=0)


def _save(catalogue: polib.POFile, extracted: list[polib.POEntry]) -> None:
    known = {e.msgid for e in catalogue}
    catalogue.extend(
        polib.POEntry(msgid=e.msgid, msgid_plural=e.msgid_plural, flags=e.flags)
        for e in extracted
        if e.msgid not in known
    )
    catalogue.metadata = dict(HEADER)
    catalogue.sort(key=lambda e: (e.msgid.casefold(), e.msgid))
    catalogue.save(str(_path()))


def _extract() -> list[polib.POEntry]:
    """Every message in the code, by GNU gettext through Django, with where it stands. Django writes beside each
    template while it reads it: a copy is read, so that an interrupted run leaves nothing behind."""
    base, here = Path(settings.BASE_DIR), Path.cwd()
    with TemporaryDirectory() as folder:
        for name in SOURCES:
            shutil.copytree(base / name, Path(folder, name), ignore=shutil.ignore_patterns("*.pyc"))
        (found := Path(folder, "locale")).mkdir()
        try:
            os.chdir(folder)
            with override_settings(LOCALE_PATHS=[found]):
                call_command(
                    "makemessages", locale=["zh_Hans"], verbosity=0, no_obsolete=True, no_wrap=True
                )
        except (CommandError, subprocess.SubprocessError) as error:
            raise CommandError(
                f"extracting messages needs GNU gettext (xgettext): {error}"
            ) from error
        finally:
            os.chdir(here)
        path = found / "zh_Hans" / "LC_MESSAGES" / "django.po"
        return [e for e in polib.pofile(str(path), wrapwidth=0) if not e.obsolete]


@contextmanager
def _locked() -> Iterator[None]:
    path = _path().parent
    path.mkdir(parents=True, exist_ok=True)
    with (path / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    sys.stdout.flush()
