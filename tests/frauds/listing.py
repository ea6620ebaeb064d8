"""The frauds that are tried, by name and requirement, read from the source of their tests."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "frauds.md"
HEAD = """# Frauds that are tried

Written by `python -m tests.frauds` from the tests in `tests/frauds`; `tests/frauds/test_listed.py` keeps it true. Each test asserts that
the fraud is refused or comes to nothing, and that it leaves a trace.
"""


@dataclass(frozen=True)
class Fraud:
    """``name`` is the test's, in words; ``says`` the first sentence of its docstring, if it has one."""

    module: str
    name: str
    says: str
    requirements: tuple[str, ...]


def frauds() -> list[Fraud]:
    return [
        fraud
        for file in sorted(HERE.glob("test_*.py"))
        if file.name != "test_listed.py"
        for fraud in _of(file)
    ]


def document() -> str:
    """The whole page."""
    lines, module = [HEAD], ""
    for number, fraud in enumerate(frauds(), start=1):
        if fraud.module != module:
            module = fraud.module
            lines.append(f"\n## {module}\n\n| | fraud | requirement |\n| --- | --- | --- |\n")
        sentence = f": {fraud.says}" if fraud.says else ""
        lines.append(f"| {number} | {fraud.name}{sentence} | {', '.join(fraud.requirements)} |\n")
    return "".join(lines)


def _of(file: Path) -> Iterator[Fraud]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    shared: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark":
            shared = list(_requirements(node.value))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [name for mark in node.decorator_list for name in _requirements(mark)]
            says = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ").strip()
            name = node.name.removeprefix("test_").replace("_", " ")
            yield Fraud(file.name, name, says, tuple(dict.fromkeys([*shared, *own])))


def _requirements(tree: ast.AST) -> Iterator[str]:
    """What ``pytest.mark.requirement("…")`` names somewhere in this piece of source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "requirement":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))
