"""Nothing leads out of the folder, and nothing in it makes the walk wait."""

import os
import threading
import time

import pytest

from secondhop.errors import LoadError, SourceNotFoundError
from secondhop.loading import walk_folder
from secondhop.loading.ingest import load_files
from secondhop.loading.pool import ParserPool
from secondhop.loading.reading import read_file

SECRET = "the secret of another folder"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text(SECRET)
    (tmp_path / "root" / "inner").mkdir(parents=True)
    (tmp_path / "root" / "good.txt").write_text("good")
    return tmp_path / "root"


def loaded(root, **options):
    listing = walk_folder(root, **options)
    files = load_files(listing.files, ParserPool("none"), root=listing.root)
    return {file.source: file.text.text if file.text else file.reason for file in files}, dict(listing.skipped)


def test_a_pipe_in_place_of_a_gitignore_blocks_nothing(root):
    os.mkfifo(root / ".gitignore")
    assert loaded(root)[0] == {"good.txt": "good"}


def test_a_gitignore_that_is_a_link_is_no_gitignore(root):
    (root / ".gitignore").symlink_to("/dev/zero")
    (root / "inner" / ".gitignore").symlink_to(root.parent / "outside" / "secret.txt")
    assert loaded(root)[0] == {"good.txt": "good"}


def test_a_hard_link_to_a_file_elsewhere_is_left_out_unless_asked_for(root):
    os.link(root.parent / "outside" / "secret.txt", root / "linked.txt")
    texts, skipped = loaded(root)
    assert texts == {"good.txt": "good"}
    assert "see the option hard_links" in skipped["linked.txt"]
    assert loaded(root, hard_links=True)[0] == {"good.txt": "good", "linked.txt": SECRET}


def test_hard_links_within_the_folder_are_files_like_others(root):
    os.link(root / "good.txt", root / "inner" / "again.txt")
    assert loaded(root)[0] == {"good.txt": "good", "inner/again.txt": "good"}


def test_a_file_that_became_a_link_or_a_pipe_after_the_walk_is_refused(root):
    listing = walk_folder(root)
    (root / "good.txt").unlink()
    (root / "good.txt").symlink_to(root.parent / "outside" / "secret.txt")
    [file] = load_files(listing.files, ParserPool("none"), root=listing.root)
    assert file.text is None
    assert "symlink" in file.reason
    (root / "good.txt").unlink()
    os.mkfifo(root / "good.txt")
    [file] = load_files(listing.files, ParserPool("none"), root=listing.root)
    assert "not a regular file" in file.reason


def test_a_folder_that_became_a_link_after_the_walk_is_not_entered(root):
    (root / "inner" / "secret.txt").write_text("inner")
    listing = walk_folder(root)
    (root / "inner" / "secret.txt").unlink()
    (root / "inner").rmdir()
    (root / "inner").symlink_to(root.parent / "outside")
    texts = [file.text.text for file in load_files(listing.files, ParserPool("none"), root=listing.root) if file.text]
    assert texts == ["good"]


def test_a_file_that_turns_into_a_link_and_back_all_the_time_never_gives_what_is_outside(root):
    path, outside = root / "flip.txt", root.parent / "outside" / "secret.txt"
    stop = threading.Event()

    def flip():
        file, link = root / "inner" / "file", root / "inner" / "link"
        while not stop.is_set():
            file.write_text("inside")
            os.replace(file, path)
            link.symlink_to(outside)
            os.replace(link, path)

    thread = threading.Thread(target=flip)
    thread.start()
    try:
        seen = set()
        for _ in range(2_000):
            try:
                seen.add(read_file(str(path), "flip.txt", 10_000, str(root)))
            except LoadError as error:
                seen.add(type(error))
    finally:
        stop.set()
        thread.join()
    assert SECRET.encode() not in seen
    assert seen <= {b"inside", b"", LoadError, SourceNotFoundError}


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_devices_are_not_read(path):
    with pytest.raises(LoadError, match="not a regular file"):
        read_file(path, path, 100)


def test_a_name_is_data(root):
    for name in (
        "%2e%2e%2fetc",
        "C:\\x",
        "\\..\\y",
        "$(id)",
        "`id`",
        "a\nb",
        "\u2215etc\u2215passwd",
        "CON",
        "-rf",
        "x" * 250,
    ):
        (root / name).write_text("content")
    texts, _ = loaded(root)
    assert len(texts) == 11
    assert set(texts.values()) == {"good", "content"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("*a" * 40 + "*b", "a" * 240),
        ("**/" + "a/**/" * 40 + "b", "a/" * 200 + "x"),
        ("**/" + "?*a*?/**/" * 40 + "b", "aaaa/" * 200 + "x"),
    ],
)
def test_a_line_of_many_stars_in_a_gitignore_takes_no_longer_than_others(tmp_path, line, name):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("text")
    (tmp_path / ".gitignore").write_text(line + "\n")
    began = time.process_time()
    assert [found.source for found in walk_folder(tmp_path).files] == [name]
    (tmp_path / ".gitignore").write_text(line[:-1] + name[-1] + "\n")
    assert walk_folder(tmp_path).files == ()
    assert time.process_time() - began < 20
