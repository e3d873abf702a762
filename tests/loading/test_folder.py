import contextlib
import os
import random
import shutil
import socket
import subprocess

import pytest

from secondhop.errors import LoadError, OptionError, SourceNotFoundError
from secondhop.loading import walk_folder


@pytest.fixture
def folder(tmp_path):
    def make(files):
        for name, content in files.items():
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path / "root"

    return make


def sources(listing):
    return [file.source for file in listing.files]


def test_lists_all_files_below_sorted_by_code_point_with_absolute_paths(folder):
    root = folder({"b.md": "", "B.md": "", "a/z.md": "", "a-b.md": "", "build/doc.md": "", "node_modules/x.md": ""})
    listing = walk_folder(root)
    assert sources(listing) == ["B.md", "a-b.md", "a/z.md", "b.md", "build/doc.md", "node_modules/x.md"]
    assert all(os.path.isabs(file.path) and os.path.isfile(file.path) for file in listing.files)
    assert listing.skipped == ()


def test_every_file_that_is_not_listed_has_a_reason(folder):
    root = folder(
        {
            ".gitignore": "*.log\nout/\n",
            "a.log": "",
            "out/x.md": "",
            ".env": "",
            ".github/a.md": "",
            ".secondhop/index": "",
            "drop.tmp": "",
            "keep.md": "",
            "~$plan.docx": "\x04Anna",
        }
    )
    listing = walk_folder(root, ignore=["*.tmp"])
    assert sources(listing) == ["keep.md"]
    assert listing.skipped == (
        (".env", "hidden"),
        (".github/a.md", "hidden"),
        (".gitignore", "hidden"),
        (".secondhop/", "the index folder of secondhop"),
        ("a.log", "ignored by .gitignore: *.log"),
        ("drop.tmp", "ignored by pattern: *.tmp"),
        ("out/x.md", "ignored by .gitignore: out/"),
        ("~$plan.docx", "lock file of an office program"),
    )


def test_nested_gitignores_anchors_and_negations_count(folder):
    root = folder(
        {
            ".gitignore": "/top.md\n*.log\n",
            "top.md": "",
            "docs/top.md": "",
            "docs/.gitignore": "!keep.log\n/draft\n",
            "docs/keep.log": "",
            "docs/draft/a.md": "",
            "docs/sub/draft/a.md": "",
        }
    )
    assert sources(walk_folder(root)) == ["docs/keep.log", "docs/sub/draft/a.md", "docs/top.md"]
    assert "top.md" in sources(walk_folder(root, gitignore=False))


def test_own_patterns_go_before_gitignore(folder):
    root = folder({".gitignore": "*.log\n", "keep.log": "", "b.log": "", "docs/a.md": ""})
    listing = walk_folder(root, ignore=["!keep.log", "/docs"])
    assert sources(listing) == ["keep.log"]
    assert ("docs/a.md", "ignored by pattern: /docs") in listing.skipped


def test_the_work_tree_around_the_folder_has_a_say(folder):
    root = folder(
        {
            ".git/info/exclude": "*.bak\n",
            ".gitignore": "*.log\nbuild/\n",
            "docs/a.log": "",
            "docs/a.bak": "",
            "docs/a.md": "",
            "build/b.md": "",
        }
    )
    listing = walk_folder(root / "docs")
    assert sources(listing) == ["a.md"]
    assert dict(listing.skipped) == {
        "a.bak": "ignored by .git/info/exclude: *.bak",
        "a.log": "ignored by ../.gitignore: *.log",
    }
    assert sources(walk_folder(root / "build")) == ["b.md"]


def test_a_skipped_folder_with_very_many_files_is_one_entry_with_their_number(folder, monkeypatch):
    monkeypatch.setattr("secondhop.loading.folder.MOST_LISTED", 2)
    listing = walk_folder(folder({"a.md": "", ".cache/1": "", ".cache/2": "", ".cache/deep/3": ""}))
    assert listing.skipped == ((".cache/", "hidden (3 files)"),)


def test_without_recursion_files_in_subfolders_are_named_as_skipped(folder):
    listing = walk_folder(folder({"a.md": "", "sub/b.md": ""}), recursive=False)
    assert sources(listing) == ["a.md"]
    assert listing.skipped == (("sub/b.md", "a subfolder, and recursive=False"),)


def test_symlinks_are_never_followed(folder, tmp_path):
    root = folder({"docs/a.md": ""})
    outside = tmp_path / "outside.md"
    outside.write_text("")
    (root / "link.md").symlink_to(root / "docs" / "a.md")
    (root / "docs2").symlink_to(root / "docs")
    (root / "out.md").symlink_to(outside)
    (root / "docs" / "up").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "gone").symlink_to(root / "nothing")
    listing = walk_folder(root)
    assert sources(listing) == ["docs/a.md"]
    assert dict(listing.skipped) == {
        "link.md": "symlink to a file inside the folder: docs/a.md",
        "docs2": "symlink to a folder inside the folder: docs",
        "out.md": "symlink leading outside the folder",
        "docs/up": "symlink loop: it leads to a folder around it",
        "self": "symlink loop",
        "gone": "symlink to nothing",
    }


def test_mounted_config_map_is_listed_through_its_hidden_folder(folder):
    root = folder({"..2026_11/faq.md": ""})
    (root / "..data").symlink_to("..2026_11")
    (root / "faq.md").symlink_to("..data/faq.md")
    assert ("faq.md", "symlink to a file inside the folder: ..2026_11/faq.md") in walk_folder(root).skipped
    assert sources(walk_folder(root / "..data")) == ["faq.md"]


def test_pipes_and_sockets_are_not_opened(folder, monkeypatch):
    root = folder({"a.md": ""})
    os.mkfifo(root / "pipe.md")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock.md")
        listing = walk_folder(root)
    assert sources(listing) == ["a.md"]
    assert [source for source, reason in listing.skipped if "not a regular file" in reason] == ["pipe.md", "sock.md"]


def test_a_folder_that_cannot_be_read_is_skipped_with_the_reason(folder, monkeypatch):
    root = folder({"a.md": "", "closed/b.md": ""})
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    listing = walk_folder(root)
    assert sources(listing) == ["a.md"]
    assert listing.skipped == (("closed/", "permission denied"),)


def test_a_file_that_is_gone_once_it_is_listed_is_skipped_with_the_reason(folder, monkeypatch):
    root = folder({"a.md": "", "b.md": "", "c.md": ""})
    scandir = os.scandir

    @contextlib.contextmanager
    def listed(path):
        with scandir(path) as entries:
            found = list(entries)
        (root / "b.md").unlink()
        yield found

    monkeypatch.setattr(os, "scandir", listed)
    listing = walk_folder(root)
    assert sources(listing) == ["a.md", "c.md"]
    assert listing.skipped == (("b.md", "No such file or directory"),)


def test_names_that_are_not_utf8_stay_printable(folder):
    root = folder({"a.md": ""})
    (root / os.fsdecode(b"caf\xe9.md")).write_text("")
    (file,) = (file for file in walk_folder(root).files if file.source != "a.md")
    assert file.source == r"caf\xe9.md"
    assert os.path.exists(file.path)


def test_bad_arguments_raise_typed_errors(folder):
    root = folder({"a.md": ""})
    with pytest.raises(SourceNotFoundError, match="nowhere: no such folder"):
        walk_folder(root / "nowhere")
    with pytest.raises(LoadError, match="use from_file"):
        walk_folder(root / "a.md")
    with pytest.raises(OptionError, match="must be a list"):
        walk_folder(root, ignore="*.md")
    for pattern in ("!", "[z-a]"):
        with pytest.raises(OptionError, match="invalid pattern"):
            walk_folder(root, ignore=[pattern])


@pytest.mark.parametrize("line", ["!", "[z-a]"])
def test_an_invalid_line_in_a_gitignore_matches_nothing(folder, line):
    root = folder({".gitignore": f"{line}\n*.log\n", "a.log": "", "a.md": ""})
    assert sources(walk_folder(root)) == ["a.md"]


def test_another_index_in_the_folder_is_left_out_whatever_its_name(folder):
    of_an_index = ("writer.lock", "manifest.json", "0000000001-0.arrays", "manifest-0000000002.tmp", "vectors.f32")
    site = ("manifest.json", "index.html")
    root = folder({"a.md": ""} | {f"kept/{name}": "" for name in of_an_index} | {f"site/{name}": "" for name in site})
    listing = walk_folder(root)
    assert sources(listing) == ["a.md", "site/index.html", "site/manifest.json"]
    assert listing.skipped == ()
    (root / "kept" / "notes.md").touch()
    assert "kept/notes.md" in sources(walk_folder(root))


NAMES = ["a", "b", "docs", "build", "x.log", "y.md", "keep.log", " b", "b ", "!b", "#b"]
PATTERNS = [
    *("*.log", "!keep.log", "docs/", "/docs", "build", "docs/*", "!docs/y.md", "**/b", "a/**", "*", "!*/", "!*.md"),
    *("# c", "", "b/*.md", "/a/b", "[xy].*", "**/docs/**/y.md", "!a/", "docs/**", "!docs"),
    *(" b", "b  ", "b\\ ", "b\\  ", "a/b\\ ", "a/!b", "a/#b", "docs/!b/", "[z-a]"),
]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the independent implementation")
def test_agrees_with_git_about_what_is_ignored(tmp_path):
    rng = random.Random(7)
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for number in range(25):
        root = tmp_path / str(number)
        for _ in range(20):
            path = root.joinpath(*rng.choices(NAMES, k=rng.randint(1, 4)))
            if not any(parent.is_file() for parent in path.parents) and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("")
        for inner in [root, *(path for path in root.rglob("*") if path.is_dir())]:
            if rng.random() < 0.5:
                (inner / ".gitignore").write_text("\n".join(rng.choices(PATTERNS, k=rng.randint(1, 4))))
        subprocess.run(["git", "init", "-q", str(root)], check=True, env=env)
        command = ["git", "-C", str(root), "ls-files", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout.split("\0")[:-1]
        expected = sorted(name for name in listed if not name.endswith(".gitignore"))
        assert sources(walk_folder(root)) == expected


SPHINX = {
    "html/searchindex.js": "",
    "html/index.html": "",
    "html/_static/js/theme.js": "",
    "html/_static/plan.pdf": "",
    "html/_sources/index.rst.txt": "",
    "other/_sources/a.txt": "",
    "other/searchindex.js": "",
}


def test_of_pages_made_by_sphinx_their_sources_and_search_are_left_out(folder):
    listing = walk_folder(folder(SPHINX))
    assert sources(listing) == [
        "html/_static/plan.pdf",
        "html/index.html",
        "other/_sources/a.txt",
        "other/searchindex.js",
    ]
    assert [source for source, _ in listing.skipped] == [
        "html/_sources/index.rst.txt",
        "html/_static/js/theme.js",
        "html/searchindex.js",
    ]
    assert listing.skipped[0][1] == "ignored by the rule for pages made by Sphinx: /_sources/"


def test_a_pattern_brings_the_sources_of_pages_made_by_sphinx_in(folder):
    assert "html/_sources/index.rst.txt" in sources(walk_folder(folder(SPHINX), ignore=["!_sources/"]))


def test_the_sources_of_pages_made_by_sphinx_stay_where_no_pages_can_be_read(folder, monkeypatch):
    monkeypatch.setattr("secondhop.loading.folder.find_spec", lambda name: None)
    listing = walk_folder(folder(SPHINX))
    assert "html/_sources/index.rst.txt" in sources(listing)
    assert "html/searchindex.js" not in sources(listing)
