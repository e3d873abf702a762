"""A persisted folder gives what a fresh one gives, whatever has happened to the files, the clock or the index."""

import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from secondhop import (
    Document,
    EmptyTextError,
    IndexCorruptError,
    IndexLockedError,
    IndexVersionError,
    InputError,
    LoadError,
    OptionError,
    Section,
    SourceText,
    StoreError,
    register_loader,
)
from secondhop.loading import ingest
from secondhop.loading.reading import read_file
from secondhop.options import FolderOptions
from secondhop.persistence import changes, compact_folder, made_with, open_folder, place
from secondhop.persistence import fingerprint as fingerprints
from secondhop.persistence import folder as folders
from secondhop.storage import IndexStore, manifest

LONG_AGO = time.time() - 10_000
WORDS = ["harbour", "berth", "fog", "lantern", "rope", "quay", "ferry", "tide", "keeper", "signal", "anchor", "hull"]


def write(path: Path, text: str, when: float | None = LONG_AGO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if when is not None:
        os.utime(path, (when, when))


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "docs"
    for number in range(12):
        write(root / f"{number:02}.md", f"# Berth {number}\n\nThe {WORDS[number]} of berth {number} is long and old.\n")
    return root


@pytest.fixture
def large(monkeypatch):
    """As if the index were too large to be written whole at each change."""
    monkeypatch.setattr(folders.open_folder, "__kwdefaults__", folders.open_folder.__kwdefaults__ | {"fold_bytes": 0})


def persisted(folder, **options):
    return Document.from_folder(folder, persist=True, **options)


def store_of(folder):
    return IndexStore(folder / ".secondhop")


def refuse_to_write(store, **_):
    """What `IndexStore.write` does where it may not."""
    raise StoreError(store.folder, "Read-only file system") from OSError(30, "Read-only file system")


def told(document):
    return [(file.source, file.loader, file.pages, file.sections, file.chunks, file.characters, file.warnings, file.error,
             file.reason) for file in document.ingest_report.files]  # fmt: skip


def assert_as_fresh(document, folder, **options):
    fresh = Document.from_folder(folder, **options)
    assert document.chunks == fresh.chunks
    assert document.language == fresh.language
    assert told(document) == told(fresh)
    for word in WORDS:
        ours, theirs = document.context(f"the {word} of which berth?"), fresh.context(f"the {word} of which berth?")
        assert (ours.text(), ours.citations) == (theirs.text(), theirs.citations)
        assert [hit.score for hit in document.search(word)] == [hit.score for hit in fresh.search(word)]


def assert_as_fresh_without(document, folder, source):
    fresh = Document.from_folder(folder, ignore=[source])
    assert (document.language, document.chunks) == (fresh.language, fresh.chunks)


def test_what_is_reloaded_answers_as_what_was_built(folder):
    first, again = persisted(folder), persisted(folder)
    assert_as_fresh(first, folder)
    assert_as_fresh(again, folder)
    assert again.ingest_report.indexed == first.ingest_report.indexed  # with the time that parsing took


def test_nothing_is_written_when_nothing_has_changed(folder):
    persisted(folder)
    before = store_of(folder).manifest()
    document = persisted(folder)
    assert document.refresh().document is document
    assert store_of(folder).manifest() == before


def test_an_index_taken_over_by_other_options_with_the_same_files_gives_the_same_document_again(folder):
    persisted(folder)
    document = persisted(folder, ignore=["*.none"])
    assert document.refresh().document is document
    persisted(folder)  # and back
    assert document.refresh().document is document
    assert_as_fresh(document.update(["03.md"]).document, folder)


@pytest.mark.usefixtures("large")
def test_changes_are_found_and_told(folder):
    document = persisted(folder)
    write(folder / "03.md", "# Three\n\nA lighthouse stands here now.\n", None)
    (folder / "05.md").unlink()
    write(folder / "sub" / "new.txt", "A buoy is new.", None)
    (folder / "07.md").rename(folder / "70.md")
    found = document.refresh()
    assert str(found) == "1 changed, 2 added, 2 deleted, 9 unchanged"
    assert (found.changed, found.added, found.deleted) == (("03.md",), ("70.md", "sub/new.txt"), ("05.md", "07.md"))
    assert bool(found)
    assert_as_fresh(found.document, folder)
    assert document.n_files == 12  # a snapshot stays as it is
    assert_as_fresh(persisted(folder), folder)


@pytest.mark.usefixtures("large")
def test_after_any_run_of_changes_the_index_is_as_a_fresh_one(folder):
    rng, document = random.Random(4), persisted(folder)
    for step in range(25):
        for _ in range(rng.randrange(1, 4)):
            path = folder / f"{rng.randrange(16):02}.md"
            if path.exists() and rng.random() < 0.4:
                path.unlink()
            else:
                write(path, f"# Step {step}\n\nThe {rng.choice(WORDS)} and {rng.choice(WORDS)} of {path.name}.\n", None)
        document = document.refresh().document
        assert_as_fresh(document, folder)
    assert len(store_of(folder).manifest().segments) <= 8


@pytest.mark.usefixtures("large")
def test_a_compacted_index_is_that_of_a_clean_build(folder, tmp_path):
    document = persisted(folder)
    write(folder / "03.md", "# Three\n\nA lighthouse stands here now.\n", None)
    (folder / "05.md").unlink()
    document.refresh()
    assert len(store_of(folder).manifest().segments) == 2
    compact_folder(folder, FolderOptions(persist=True))
    Document.from_folder(folder, index_dir=tmp_path / "clean")
    assert store_of(folder).manifest().digest == IndexStore(tmp_path / "clean").manifest().digest
    assert store_of(folder).status().bytes_unused == 0
    assert_as_fresh(persisted(folder), folder)


def test_two_builds_of_the_same_files_have_the_same_digest(folder, tmp_path):
    Document.from_folder(folder, index_dir=tmp_path / "one")
    Document.from_folder(folder, index_dir=tmp_path / "two")
    assert IndexStore(tmp_path / "one").manifest().digest == IndexStore(tmp_path / "two").manifest().digest


# ── what is noticed ──────────────────────────────────────────────────────────────────────────────────────────────────


def same_size_edit(path):
    path.write_text(path.read_text().replace("long", "tall"))


def test_an_edit_that_keeps_size_and_time_is_noticed_by_its_change_time(folder):
    document = persisted(folder)
    same_size_edit(folder / "02.md")
    os.utime(folder / "02.md", (LONG_AGO, LONG_AGO))
    assert document.refresh().changed == ("02.md",)


def say_of_files(monkeypatch, known):
    """As on a file system of which `known` makes what is known of a file."""
    walk = place.walk_folder

    def listed(*arguments, **options):
        listing = walk(*arguments, **options)
        return folders.replace(
            listing, files=tuple(folders.replace(file, stat=known(*file.stat)) for file in listing.files)
        )

    monkeypatch.setattr(place, "walk_folder", listed)


def forget_change_times(monkeypatch):
    """As on a file system that has no change times."""
    say_of_files(monkeypatch, lambda size, modified, _, inode: (size, modified, 0, inode))


def test_without_change_times_such_an_edit_is_noticed_by_content_alone(folder, monkeypatch):
    forget_change_times(monkeypatch)
    document = persisted(folder)
    same_size_edit(folder / "02.md")
    os.utime(folder / "02.md", (LONG_AGO, LONG_AGO))
    assert not document.refresh()
    assert document.refresh(verify="content").changed == ("02.md",)


def test_a_file_written_just_before_it_was_indexed_is_not_trusted_by_its_times(folder, monkeypatch):
    forget_change_times(monkeypatch)
    now = time.time()
    os.utime(folder / "02.md", (now, now))
    document = persisted(folder)
    same_size_edit(folder / "02.md")
    os.utime(folder / "02.md", (now, now))
    assert document.refresh().changed == ("02.md",)


@pytest.mark.parametrize("years", [-30, -1, 1, 50])
def test_clocks_that_jump_do_no_harm(folder, years):
    document = persisted(folder)
    for name in ("01.md", "02.md"):
        when = time.time() + years * 31_000_000
        os.utime(folder / name, (when, when))
    assert not document.refresh()  # only looked at
    same_size_edit(folder / "01.md")
    os.utime(folder / "01.md", (when, when))
    found = document.refresh()
    assert found.changed == ("01.md",)
    assert_as_fresh(found.document, folder)


@pytest.mark.parametrize("seconds", [10**10, -(10**10)])
def test_times_that_64_bits_do_not_hold_stop_nothing(folder, monkeypatch, seconds):
    say_of_files(monkeypatch, lambda size, *_: (size, seconds * 10**9, 10**19, 0))
    document = persisted(folder)
    assert document.refresh().document is document
    same_size_edit(folder / "02.md")
    assert document.refresh().changed == ("02.md",)


def test_touched_files_are_settled_once_and_not_read_for_ever(folder, monkeypatch):
    monkeypatch.setattr(folders, "_WORTH_SETTLING", 5)
    document = persisted(folder)
    for path in folder.glob("*.md"):
        os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    generation = store_of(folder).manifest().generation
    monkeypatch.setattr(changes, "SETTLED_NS", 10**12)  # however long this has taken
    assert not document.refresh()
    assert store_of(folder).manifest().generation == generation  # touched just now, they would be read again
    monkeypatch.setattr(changes, "SETTLED_NS", 0)
    time.sleep(0.1)
    for verify in ("stat", "stat", "content"):
        assert not document.refresh(verify=verify)
        assert store_of(folder).manifest().generation == generation + 1
    assert document.reload().document is document


def test_files_dated_in_the_future_are_not_written_down_again_and_again(folder, monkeypatch):
    monkeypatch.setattr(folders, "_WORTH_SETTLING", 5)
    for path in folder.glob("*.md"):
        os.utime(path, (time.time() + 10_000,) * 2)
    document = persisted(folder)
    generation = store_of(folder).manifest().generation
    assert document.refresh().document is document
    assert store_of(folder).manifest().generation == generation


@pytest.mark.parametrize(
    "changed", [{"chunk_size": 64}, {"language": "german"}, {"max_seconds": 5.0}, {"password": "x"}]
)
def test_other_options_build_it_again(folder, changed):
    persisted(folder)
    before = store_of(folder).manifest().digest
    assert_as_fresh(persisted(folder, **changed), folder, **changed)
    assert store_of(folder).manifest().digest != before


def test_a_file_that_was_too_much_for_a_child_is_tried_again_where_there_are_no_limits(folder):
    write(folder / "slow.html", "<p>The buoy is red.</p>")
    limits = {"max_seconds": 1e-4}
    for options in (limits, limits | {"isolation": "none"}, limits):
        document = persisted(folder, **options)
        assert ("slow.html" in document.sources) is ("isolation" in options)
        assert_as_fresh(document, folder, **options)
        assert made_with(folder) == options


def test_what_another_program_writes_with_other_options_meanwhile_is_not_served(folder, monkeypatch):
    write_once = IndexStore.write
    others = iter([{"chunk_size": 64}, {"ignore": ["04.md"]}])

    @contextlib.contextmanager
    def overtaken(store, **options):
        with write_once(store, **options) as transaction:
            yield transaction
        for other in others:
            persisted(folder, **other)
            break

    with monkeypatch.context() as patched:
        patched.setattr(IndexStore, "write", overtaken)
        document = persisted(folder)
    assert next(others, None) is None
    assert_as_fresh(document, folder)


def test_what_was_written_with_other_options_is_not_reloaded(folder):
    document = persisted(folder, ignore=["04.md"])
    for other in ({}, {"ignore": ["04.md"], "chunk_size": 64}):
        persisted(folder, **other)
        with pytest.raises(StoreError, match="with other options"):
            document.reload()
        assert document.refresh().document.sources == document.reload().document.sources == document.sources


def test_a_password_is_not_to_be_read_in_the_index(folder):
    persisted(folder, password="open sesame")
    assert all(b"open sesame" not in path.read_bytes() for path in (folder / ".secondhop").iterdir())


def test_other_constants_of_bm25_need_no_parsing(folder):
    persisted(folder)
    before, parsed = store_of(folder).manifest(), []
    document = persisted(folder, bm25_k1=2.0, progress=lambda *file: parsed.append(file))
    assert_as_fresh(document, folder, bm25_k1=2.0)
    assert (parsed, store_of(folder).manifest()) == ([], before)


def test_another_version_of_a_parser_builds_it_again(folder, monkeypatch):
    persisted(folder)
    parsed = []
    monkeypatch.setattr(fingerprints, "_versions", lambda: ("pypdf 99",))
    persisted(folder, progress=lambda *file: parsed.append(file))
    assert len(parsed) == 12


GERMAN = "Der Hafen ist nicht weit von der Stadt, und die Boote liegen dort im Nebel. " * 9


@pytest.mark.usefixtures("large")
def test_a_folder_that_changes_its_language_is_built_again(folder):
    document = persisted(folder)
    for number in range(12):
        write(folder / f"0{number}.txt", GERMAN, None)
    document = document.refresh().document
    assert document.language == "german"
    assert_as_fresh(document, folder)


def test_a_file_that_decides_the_language_takes_it_away_and_brings_it_back(folder):
    write(folder / "00.txt", GERMAN * 9)
    document = persisted(folder)
    assert document.language == "german"
    document = document.remove("00.txt").document
    assert_as_fresh_without(document, folder, "00.txt")
    document = document.update(["00.txt"]).document
    assert document.language == "german"
    assert_as_fresh(document, folder)


def test_a_file_that_cannot_be_read_is_parsed_again_only_when_it_changes(folder):
    write(folder / "broken.pdf", "%PDF-1.7 and nothing else")
    parsed = []
    document = persisted(folder)
    again = persisted(folder, progress=lambda *file: parsed.append(file))
    assert [source for source, _ in again.skipped_files if source == "broken.pdf"] == ["broken.pdf"]
    assert told(document) == told(again)
    assert parsed == []
    (folder / "broken.pdf").write_text("%PDF-1.7 and a little more")
    assert again.refresh().changed == ("broken.pdf",)


def test_files_that_no_child_could_be_started_for_are_tried_again(folder, monkeypatch):
    document = persisted(folder, isolation="process")
    write(folder / "04.md", "# Four\n\nThe anchor is back.\n")
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "")
        document = persisted(folder, isolation="process")
    assert document.skipped_files[-1] == ("04.md", "no child process can be started to parse it")
    assert document.refresh().changed == ("04.md",)
    assert_as_fresh(persisted(folder), folder)


@pytest.mark.parametrize("where", [".secondhop", "kept", ".cache/kept"])
def test_an_index_inside_the_folder_is_none_of_its_files(folder, where):
    for _ in range(2):
        document = Document.from_folder(folder, index_dir=folder / where)
        assert document.ingest_report.totals["files"] == 12
        assert document.skipped_files == ()
    assert document.refresh().document is document


def test_git_leaves_the_index_out(folder):
    subprocess.run(["git", "init", "-q", folder], check=True)
    document = Document.from_folder(folder, persist=True)
    assert document.skipped_files == Document.from_folder(folder).skipped_files
    found = subprocess.run(["git", "-C", folder, "status", "-s", "-uall"], capture_output=True, text=True, check=True)
    assert sorted(found.stdout.split()[1::2]) == sorted(document.sources)
    (folder / ".secondhop" / ".gitignore").unlink()  # who wants it in git has it there
    write(folder / "00.md", "# Berth 0\n\nThe berth is closed.\n")
    assert document.refresh().changed == ("00.md",)
    assert not (folder / ".secondhop" / ".gitignore").exists()


def test_an_index_where_the_user_wants_it_is_left_to_git(folder, tmp_path):
    Document.from_folder(folder, index_dir=tmp_path / "index")
    assert not (tmp_path / "index" / ".gitignore").exists()


def test_a_folder_without_files_gets_no_index(tmp_path):
    with pytest.raises(EmptyTextError, match="there is no file in it"):
        persisted(tmp_path)
    assert os.listdir(tmp_path) == []


def test_two_indexes_inside_the_folder_come_to_rest(folder):
    small = Document.from_folder(folder, index_dir=folder / "small", chunk_size=64)
    large = Document.from_folder(folder, index_dir=folder / "large")
    assert small.refresh().document is small
    assert large.refresh().document is large
    assert small.sources == large.sources == Document.from_folder(folder).sources


def test_an_index_in_the_folder_itself_is_refused(folder, monkeypatch):
    before = sorted(os.listdir(folder))
    monkeypatch.chdir(folder)
    for where in (folder, ".", str(folder) + "/"):
        with pytest.raises(OptionError, match="is the folder to index"):
            Document.from_folder(folder, index_dir=where)
    assert sorted(os.listdir(folder)) == before


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_an_index_in_the_folder_itself_is_refused_under_a_name_that_the_system_takes_for_the_same(folder, monkeypatch):
    (folder.parent / "DOCS").symlink_to(folder)
    monkeypatch.setattr(os.path, "realpath", lambda path, **_: os.path.abspath(path))  # as if it were no link
    with pytest.raises(OptionError, match="is the folder to index"):
        Document.from_folder(folder, index_dir=folder.parent / "DOCS")


@pytest.mark.parametrize("where", ["", "kept\0"])
def test_an_index_dir_has_a_name(folder, where):
    with pytest.raises(OptionError, match=r"index_dir=.*is not the name of a folder"):
        Document.from_folder(folder, index_dir=where)


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_manifest_of_something_else_is_left_as_it_is(folder, tmp_path, rebuild):
    write(tmp_path / "site/manifest.json", '{"name": "Harbour", "start_url": "/"}')
    with pytest.raises(StoreError, match=r"manifest\.json.*folder of its own"):
        open_folder(folder, FolderOptions(index_dir=tmp_path / "site"), rebuild=rebuild)
    assert os.listdir(tmp_path / "site") == ["manifest.json"]
    assert "Harbour" in (tmp_path / "site/manifest.json").read_text()


def test_an_index_of_another_folder_is_neither_used_nor_replaced(folder, tmp_path):
    document = Document.from_folder(folder, index_dir=tmp_path / "kept")
    before = IndexStore(tmp_path / "kept").manifest()
    write(tmp_path / "other/00.md", "# Zero\n\nA lighthouse.\n")
    options = FolderOptions(index_dir=tmp_path / "kept")
    for call in (open_folder, folders.load_folder, compact_folder):
        with pytest.raises(StoreError, match=rf"kept: is the index of {folder}, not of .*other; give each folder"):
            call(tmp_path / "other", options)
    assert IndexStore(tmp_path / "kept").manifest() == before
    assert document.refresh().document is document.reload().document is document


def test_a_document_does_not_become_one_of_the_folder_that_took_its_index_over(folder, tmp_path):
    document = Document.from_folder(folder, index_dir=tmp_path / "kept")
    write(tmp_path / "other/00.md", "# Zero\n\nA lighthouse.\n")
    open_folder(tmp_path / "other", FolderOptions(index_dir=tmp_path / "kept"), rebuild=True)
    for call in (document.reload, document.refresh, lambda: document.remove("00.md")):
        with pytest.raises(StoreError, match=r"is the index of .*other, not of"):
            call()
    assert Document.from_folder(tmp_path / "other", index_dir=tmp_path / "kept").sources == ("00.md",)


@pytest.mark.parametrize("index", ["docs/.secondhop", "kept"])
def test_an_index_goes_where_its_folder_goes(folder, tmp_path, index):
    write(tmp_path / "here/docs/00.md", "# Zero\n\nA lighthouse.\n")
    persisted(tmp_path / "here/docs", index_dir=tmp_path / "here" / index)
    (tmp_path / "here").rename(tmp_path / "there")
    folder.rename(tmp_path / "here")  # another folder in the old place
    parsed = []
    for _ in range(2):
        persisted(
            tmp_path / "there/docs", index_dir=tmp_path / "there" / index, progress=lambda *each: parsed.append(each)
        )
    assert (parsed, IndexStore(tmp_path / "there" / index).manifest().generation) == ([], 1)


def test_a_folder_that_was_renamed_keeps_its_index_and_no_other_one_gets_it(folder, tmp_path):
    kept, parsed = tmp_path / "kept", []
    Document.from_folder(folder, index_dir=kept)
    folder.rename(tmp_path / "renamed")
    again = Document.from_folder(tmp_path / "renamed", index_dir=kept, progress=lambda *each: parsed.append(each))
    assert (again.n_files, parsed) == (12, [])
    write(folder / "00.md", "# Zero\n\nA lighthouse.\n")
    with pytest.raises(StoreError, match=r"is the index of .*renamed"):
        Document.from_folder(folder, index_dir=kept)


def test_a_link_that_is_set_to_the_next_release_is_the_same_folder(folder, tmp_path):
    write(tmp_path / "next/00.md", "# Zero\n\nA lighthouse.\n")
    current = tmp_path / "current"
    current.symlink_to(folder, target_is_directory=True)
    document = Document.from_folder(current, index_dir=tmp_path / "kept")
    write(folder / "new.md", "# New\n\nA buoy.\n")
    assert Document.from_folder(folder, index_dir=tmp_path / "kept").n_files == 13  # by its own name
    current.unlink()
    current.symlink_to(tmp_path / "next", target_is_directory=True)
    assert document.refresh().document.sources == ("00.md",)


def test_a_link_to_an_index_is_the_index_that_it_leads_to(folder, tmp_path):
    kept = tmp_path / "disk/kept"
    kept.mkdir(parents=True)
    (tmp_path / "link").symlink_to(kept, target_is_directory=True)
    Document.from_folder(folder, index_dir=tmp_path / "link")
    write(tmp_path / "disk/docs/00.md", "# Zero\n\nA lighthouse.\n")  # where the way from the link's place would lead
    for other in (tmp_path / "disk/docs", tmp_path / "other"):
        write(other / "00.md", "# Zero\n\nA lighthouse.\n")
        for index in (kept, tmp_path / "link"):
            with pytest.raises(StoreError, match=rf"is the index of {folder}, not of"):
                Document.from_folder(other, index_dir=index)
    assert Document.from_folder(folder, index_dir=kept).n_files == 12
    assert IndexStore(kept).manifest().generation == 1


def test_what_is_left_out_is_told_as_it_is_now(folder):
    document = persisted(folder)
    write(folder / ".hidden.md", "# Hidden\n")
    refresh = document.refresh()
    assert not refresh
    assert (".hidden.md", "hidden") in refresh.document.skipped_files
    assert_as_fresh(refresh.document, folder)
    assert refresh.document.refresh().document is refresh.document
    (folder / ".hidden.md").unlink()
    assert_as_fresh(refresh.document.refresh().document, folder)


# ── update and remove ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_removed_file_stays_out_until_it_changes(folder):
    found = persisted(folder).remove("04.md")
    assert (found.deleted, str(found)) == (("04.md",), "1 deleted, 11 unchanged")
    document = found.document
    assert "04.md" not in document.sources
    assert not document.refresh()
    assert "04.md" not in persisted(folder).sources
    assert "04.md" not in persisted(folder, chunk_size=64).sources  # nor does another build bring it back
    write(folder / "04.md", "# Four\n\nThe anchor is back.\n", None)
    found = document.refresh()
    assert found.added == ("04.md",)
    assert "04.md" in found.document.sources


def test_a_removed_file_that_cannot_be_read_for_a_moment_stays_out(folder, monkeypatch):
    document = persisted(folder).remove("04.md").document
    (folder / "04.md").chmod(0o600)

    def refuse(path, source, *_):
        raise LoadError(source, "permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(changes, "read_file", refuse)
        write(folder / "new.md", "# New\n\nA buoy.\n")
        document = document.refresh().document
    assert "04.md" not in document.sources
    assert "04.md" not in document.refresh().document.sources


@pytest.mark.parametrize("is_writable", [True, False])
def test_a_file_that_cannot_be_read_at_the_moment_can_be_removed(folder, monkeypatch, is_writable):
    def refuse(path, source, *rest):
        if source == "04.md":
            raise LoadError(source, "permission denied")
        return read_file(path, source, *rest)

    document = persisted(folder)
    if not is_writable:
        monkeypatch.setattr(IndexStore, "write", refuse_to_write)
    with monkeypatch.context() as patched:
        patched.setattr(changes, "read_file", refuse)
        patched.setattr(ingest, "read_file", refuse)
        (folder / "04.md").chmod(0o600)
        found = document.remove("04.md")
        assert (found.changed, found.deleted) == ((), ("04.md",))
        document = found.document.refresh().document
    assert "04.md" not in document.sources
    document = document.refresh().document
    assert "04.md" not in document.sources
    write(folder / "04.md", "# Four\n\nThe anchor is back.\n", None)
    assert document.refresh().added == ("04.md",)


def test_update_brings_a_removed_file_back(folder):
    document = persisted(folder).remove("04.md").document
    for path in ("04.md", folder / "04.md"):
        found = document.update([path])
        assert (found.added, found.changed) == (("04.md",), ())
        assert_as_fresh(found.document, folder)
        document = found.document.remove("04.md").document


def test_update_takes_a_deleted_file_out(folder):
    document = persisted(folder)
    (folder / "04.md").unlink()
    found = document.update(["04.md", folder / "03.md"])
    assert (found.deleted, found.changed) == (("04.md",), ())
    assert_as_fresh(found.document, folder)
    assert document.update(["04.md"]).deleted == ("04.md",)  # this one knows it, whoever has updated the index since
    with pytest.raises(InputError, match=r"path='04\.md' is neither in"):
        found.document.update(["04.md"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("99.md", "is neither in .*docs nor in the index"),
        ("docs/04.md", "is neither in"),
        ("sub", "is a folder; name the files in it"),
        ("out.log", r"is left out: ignored by \.gitignore: \*\.log"),
        (".git/config.md", "is left out: hidden"),
        ("link.md", "is left out: symlink to a file inside the folder: 04.md"),
        ("linked/new.md", "is left out: symlink to a folder inside the folder: sub"),
    ],
)
def test_update_refuses_what_it_cannot_parse_and_says_why(folder, path, reason):
    write(folder / ".gitignore", "*.log\n")
    for name in ("out.log", ".git/config.md", "sub/new.md"):
        write(folder / name, "A buoy is new.\n")
    (folder / "link.md").symlink_to(folder / "04.md")
    (folder / "linked").symlink_to(folder / "sub", target_is_directory=True)
    document, before = persisted(folder), store_of(folder).manifest()
    write(folder / "03.md", "# Three\n\nA lighthouse.\n", None)
    for named in (path, folder / path):
        with pytest.raises(InputError, match=f"path='{path}' {reason}"):
            document.update(["04.md", named])
    assert store_of(folder).manifest() == before


def test_update_takes_out_a_file_that_a_folder_or_a_link_has_replaced(folder):
    document = persisted(folder)
    for name in ("04.md", "05.md"):
        (folder / name).unlink()
    write(folder / "04.md/inside.md", "A buoy is new.\n")
    (folder / "05.md").symlink_to(folder / "06.md")
    found = document.update(["04.md", "05.md"])
    assert (found.deleted, found.added) == (("04.md", "05.md"), ("04.md/inside.md",))
    assert_as_fresh(found.document, folder)


def test_update_knows_a_file_by_a_path_through_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    for root, path in ((folder, tmp_path / "link/04.md"), (tmp_path / "link", folder / "04.md")):
        document = persisted(root)
        removed = document.remove("04.md").document
        assert removed.update([path]).added == ("04.md",)


def test_what_needs_a_persisted_folder_says_so(folder):
    document = Document.from_folder(folder)
    for call in (
        document.refresh,
        document.reload,
        lambda: document.update(["04.md"]),
        lambda: document.remove("04.md"),
    ):
        with pytest.raises(InputError, match="persist=True"):
            call()


def test_wrong_arguments_are_named(folder):
    document = persisted(folder)
    with pytest.raises(OptionError, match="verify='hope'"):
        document.refresh(verify="hope")
    with pytest.raises(InputError, match="source='99"):
        document.remove("99.md")
    with pytest.raises(InputError, match="not below"):
        document.update(["../outside.md"])
    for one in ("04.md", folder / "04.md", None):
        with pytest.raises(InputError, match="paths is one"):
            document.update(one)


def test_a_document_is_refreshed_wherever_the_process_has_gone(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    document = Document.from_folder("docs", index_dir="kept")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert document.refresh().document is document


def test_a_folder_that_has_become_empty_leaves_the_index(folder):
    document = persisted(folder)
    before = store_of(folder).manifest()
    for path in folder.glob("*.md"):
        path.unlink()
    with pytest.raises(EmptyTextError, match="there is no file in it"):
        document.refresh()
    assert store_of(folder).manifest() == before


# ── damage, other writers, no room to write ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", ["manifest", "segment", "table"])
def test_a_damaged_index_is_built_again_and_that_is_said_once(folder, which):
    persisted(folder)
    manifest = store_of(folder).manifest()
    name = {"manifest": "manifest.json", "segment": manifest.segments[0].file.name, "table": manifest.table.name}[which]
    path = folder / ".secondhop" / name
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)
    document = persisted(folder)
    assert_as_fresh(document, folder)
    assert len(document.warnings) == 1
    assert name in document.warnings[0][1]
    assert "built again" in document.warnings[0][1]
    assert "built again" in str(document.ingest_report)
    assert persisted(folder).warnings == ()


@pytest.mark.parametrize(
    ("part", "name", "array"),
    [
        ("segment", "words", None),
        ("segment", "language", np.frombuffer(b"klingon", np.uint8)),
        ("segment", "scoring_variant", np.array([200], np.uint8)),
        ("table", "started", np.zeros(0, np.int64)),
        ("table", "paths", np.frombuffer(b"[1", np.uint8)),
        ("table", "reports", np.frombuffer(b"{" * 12, np.uint8)),
        ("table", "stat", np.zeros((3, 4), np.int64)),
        ("table", "segment", np.arange(12, dtype=np.int32)),
        ("table", "local", np.arange(1, 13, dtype=np.int32)),
    ],
)
def test_arrays_that_mean_nothing_are_damage_too(folder, part, name, array):
    document = persisted(folder)
    with store_of(folder).write() as transaction:
        stored = store_of(folder).load()
        parts = {"segment": dict(stored.segments[0].arrays), "table": dict(stored.table)}
        parts[part] = {key: value for key, value in (parts[part] | {name: array}).items() if value is not None}
        segments, told = [transaction.add_segment(parts["segment"])], stored.manifest.fingerprint
        manifest = transaction.commit(fingerprint=told, segments=segments, table=parts["table"])
    file = manifest.table if part == "table" else manifest.segments[0].file
    for look in (document.reload, lambda: compact_folder(folder, FolderOptions(persist=True))):
        with pytest.raises(IndexCorruptError, match=f"{file.name}: it holds something else than an index"):
            look()
    again = persisted(folder)
    ((source, note),) = again.warnings
    assert source == "index"
    assert file.name in note
    assert_as_fresh(again.refresh().document, folder)


@pytest.mark.parametrize("fingerprint", ["", "[]", "{}"])
def test_an_index_of_no_known_options_is_built_again(folder, fingerprint):
    with store_of(folder).write() as transaction:
        transaction.commit(fingerprint=fingerprint, segments=[])
    assert made_with(folder) == {}
    assert_as_fresh(persisted(folder), folder)


def test_an_index_of_an_earlier_format_is_built_again(folder, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(manifest, "FORMAT", 1)
        document = persisted(folder)
    with pytest.raises(IndexVersionError, match="format 1"):
        document.reload()
    assert "built again" in persisted(folder).warnings[0][1]
    assert persisted(folder).warnings == ()


def test_another_writer_is_named_when_waiting_is_over(folder):
    document = persisted(folder, lock_timeout=0.0)
    write(folder / "03.md", "# Three\n\nA lighthouse.\n", None)
    with store_of(folder).write(), pytest.raises(IndexLockedError, match=str(os.getpid())):
        document.refresh()
    assert document.refresh().changed == ("03.md",)


def test_reading_is_never_refused(folder):
    persisted(folder)
    with store_of(folder).write():
        assert persisted(folder, lock_timeout=0.0).n_files == 12


def test_an_index_that_may_not_be_written_is_served_with_the_changes_in_memory(folder, monkeypatch):
    persisted(folder)
    write(folder / "03.md", "# Three\n\nA lighthouse stands here now.\n", None)
    before = store_of(folder).manifest()
    with monkeypatch.context() as patched:
        patched.setattr(IndexStore, "write", refuse_to_write)
        document = persisted(folder)
        assert_as_fresh(document, folder)
        assert "held in memory only" in document.warnings[0][1]
        assert document.refresh().document is document
    assert store_of(folder).manifest() == before
    assert persisted(folder).warnings == ()


@pytest.mark.parametrize("is_stored", [True, False])
def test_what_is_removed_from_an_index_that_may_not_be_written_stays_out_too(folder, monkeypatch, is_stored):
    if is_stored:
        persisted(folder)
    with monkeypatch.context() as patched:
        patched.setattr(IndexStore, "write", refuse_to_write)
        document = persisted(folder).remove("04.md").document
        assert document.refresh().document is document
        document = document.remove("05.md").document
        write(folder / "03.md", "# Three\n\nA lighthouse stands here now.\n", None)
        document = document.refresh().document
        assert {"04.md", "05.md"}.isdisjoint(document.sources)
        write(folder / "04.md", "# Four\n\nThe anchor is back.\n", None)
        assert document.refresh().document.update(["05.md"]).added == ("05.md",)
        assert "04.md" in document.refresh().document.sources
    found = document.remove("06.md")  # it may be written again
    assert (found.added, found.deleted) == (("04.md",), ("06.md",))
    assert {"05.md", "06.md"}.isdisjoint(persisted(folder).sources)


def test_what_update_parses_is_served_though_the_index_may_not_be_written(folder, monkeypatch):
    texts = iter(["The anchor.", "The buoy.", "The cape."])
    register_loader(
        "minutes", lambda _, source: SourceText(source, next(texts), (Section(0, 5),)), suffixes=[".minutes"]
    )
    write(folder / "may.minutes", "minutes")
    document = persisted(folder)
    monkeypatch.setattr(IndexStore, "write", refuse_to_write)
    for text in ("The buoy.", "The cape."):
        document = document.update(["may.minutes"]).document
        assert document.source_text("may.minutes") == text


def loud(data, source):
    return SourceText(source, data.decode().upper(), (Section(0, len(data)),))


def quiet(data, source):
    return SourceText(source, data.decode().lower(), (Section(0, len(data)),))


def test_other_files_for_a_loader_of_ones_own_build_it_again(folder):
    write(folder / "agenda", "The Buoy.")
    write(folder / "may.minutes", "The Cape.")
    for register, agenda, minutes in (
        (lambda: register_loader("loud", loud, suffixes=[".minutes"]), "The Buoy.", "THE CAPE."),
        (lambda: register_loader("loud", loud, suffixes=[".minutes"], names=["agenda"]), "THE BUOY.", "THE CAPE."),
        (lambda: register_loader("quiet", quiet, suffixes=[".minutes"]), "THE BUOY.", "the cape."),
        (lambda: register_loader("loud", loud, suffixes=[".minutes"], names=["agenda"]), "THE BUOY.", "THE CAPE."),
    ):
        register()
        document = persisted(folder)
        assert (document.source_text("agenda"), document.source_text("may.minutes")) == (agenda, minutes)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_read_only_mount_is_searched(folder):
    persisted(folder)
    write(folder / "03.md", "# Three\n\nA lighthouse stands here now.\n", None)
    code = (
        "import sys; from secondhop import Document; document = Document.from_folder(sys.argv[1], persist=True); "
        "print(document.n_files, len(document.warnings), len(document.context('lighthouse').passages))"
    )
    mount = ["unshare", "-rm", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"']
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: a read-only mount; may not mount here")
    run = subprocess.run(
        [*mount, str(folder), sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    if run.returncode and "mount" in run.stderr:
        pytest.skip("NOT TESTED: a read-only mount; may not mount here")
    assert run.stdout.split() == ["12", "1", "1"], run.stderr


def test_two_processes_that_refresh_at_once_agree(folder):
    persisted(folder)
    for number in range(8):
        write(folder / f"{number:02}.md", f"# New {number}\n\nA lighthouse at {number}.\n", None)
    code = (
        "import sys; from secondhop import Document; "
        "print(Document.from_folder(sys.argv[1], persist=True)._folder.stored.manifest.digest)"
    )
    runs = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    digests = {run.communicate()[0].strip() for run in runs}
    assert digests == {store_of(folder).manifest().digest}
    assert store_of(folder).manifest().generation == 2  # one of them did the work
    assert_as_fresh(persisted(folder), folder)


def test_what_another_process_has_indexed_since_the_folder_was_listed_stays(folder, monkeypatch):
    document, other, listed = persisted(folder), persisted(folder), folders.list_folder

    def overtaken(*arguments):
        listing = listed(*arguments)
        monkeypatch.setattr(folders, "list_folder", listed)
        write(folder / "new.md", "A buoy is new.")
        assert other.refresh().added == ("new.md",)
        return listing

    monkeypatch.setattr(folders, "list_folder", overtaken)
    document.refresh()
    assert "new.md" in other.reload().document.sources


def test_repair_uses_nothing_that_is_stored(folder):
    persisted(folder)
    parsed = []
    open_folder(folder, FolderOptions(persist=True), rebuild=True, progress=lambda *file: parsed.append(file))
    assert len(parsed) == 12
    assert_as_fresh(persisted(folder), folder)
