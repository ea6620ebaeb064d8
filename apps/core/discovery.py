"""What apps say of themselves in a module of an agreed name (docs/changing.md, "I add a floor")."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from django.apps import AppConfig, apps


def our_apps() -> list[AppConfig]:
    """This project's apps, from the lowest floor up, as INSTALLED_APPS names them."""
    return [config for config in apps.get_app_configs() if config.name.startswith("apps.")]


def modules_named(name: str) -> Iterator[tuple[AppConfig, ModuleType]]:
    """The module ``name`` of each app that has one, from the lowest floor up."""
    for config in our_apps():
        if find_spec(f"{config.name}.{name}"):
            yield config, import_module(f"{config.name}.{name}")


def seeds(name: str) -> list[Path]:
    """``seed/<name>.json`` and ``seed/…_<name>.json`` of each app, from the lowest floor up."""
    return [
        file
        for config in our_apps()
        for file in sorted(Path(config.path).glob(f"seed/*{name}.json"))
    ]
