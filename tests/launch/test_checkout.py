from pathlib import Path

import pytest

from launch.checkout import Checkout, identity


@pytest.fixture
def clone(tmp_path: Path) -> Checkout:
    (tmp_path / ".git").mkdir()
    return Checkout(tmp_path)


def test_state_and_repository_share_an_id(clone: Checkout) -> None:
    first = identity(clone)
    assert identity(clone) == first
    assert (clone.root / ".git" / "yipiao-checkout-id").read_text().strip() == first


def test_a_new_clone_at_the_old_path_does_not_get_the_old_state(
    clone: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    first = identity(clone)
    (clone.state / "precious").write_text("old data")
    (clone.root / ".git" / "yipiao-checkout-id").unlink()
    assert identity(clone) != first
    assert not (clone.state / "precious").exists()
    aside = next(clone.root.glob(".yipiao.old-*"))
    assert (aside / "precious").read_text() == "old data"
    assert aside.name in capsys.readouterr().out


def test_state_removed_begins_anew(clone: Checkout) -> None:
    first = identity(clone)
    (clone.state / "checkout-id").unlink()
    assert identity(clone) != first


def test_an_unpacked_archive_has_an_id_too(tmp_path: Path) -> None:
    archive = Checkout(tmp_path)
    assert identity(archive) == identity(archive)


def test_a_worktree_keeps_its_id_in_its_own_git_folder(tmp_path: Path) -> None:
    folder = tmp_path / "main" / ".git" / "worktrees" / "w"
    folder.mkdir(parents=True)
    tree = tmp_path / "w"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {folder}\n")
    known = identity(Checkout(tree))
    assert (folder / "yipiao-checkout-id").read_text().strip() == known


def test_commands_are_found_by_their_file(tmp_path: Path) -> None:
    folder = tmp_path / "apps" / "x" / "management" / "commands"
    folder.mkdir(parents=True)
    (folder / "seed_demo.py").touch()
    assert Checkout(tmp_path).has_command("seed_demo")
    assert not Checkout(tmp_path).has_command("demo_signins")
