"""Fetches the documents that the questions in `own_words/` are about: Debian's documentation packages, two source trees.

    python tests/benchmarks/own_words_documents.py FOLDER

For Debian 12 (`apt-get download`, `dpkg-deb`); nothing is installed. Other versions of the packages have other words
here and there: the benchmark counts such questions for no system. FOLDER gets one folder for each set of questions.
"""

import argparse
import gzip
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGES = (
    "apache2-doc", "debian-faq", "debian-handbook", "debian-policy", "debian-reference-en", "developers-reference",
    "git-doc", "linux-doc-6.1", "postgresql-doc-15", "python3.11-doc", "sqlite3-doc",
)  # fmt: skip
SOURCES = ("scrapy==2.13.3", "celery==5.5.3")
LANGUAGES = {
    "en": "en-US",
    "de": "de-DE",
    "fr": "fr-FR",
    "es": "es-ES",
    "it": "it-IT",
    "ru": "ru-RU",
    "ja": "ja-JP",
    "zh": "zh-CN",
}


def unpack(work: Path) -> Path:
    """The packages' files under one root."""
    subprocess.run(["apt-get", "download", "-qq", *PACKAGES], cwd=work, check=True)
    root = work / "root"
    for package in sorted(work.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    return root / "usr" / "share"


def copy(base: Path, pattern: str, to: Path) -> None:
    """Files that match, at the same places below `to`."""
    for path in sorted(base.glob(pattern)):
        if path.is_file():
            target = to / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def copy_gz(path: Path, to: Path) -> None:
    """An unpacked copy."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(gzip.decompress(path.read_bytes()))


def manuals(share: Path, folder: Path) -> None:
    """Everything that comes in Debian packages."""
    doc = share / "doc"
    for language, place in LANGUAGES.items():
        copy(doc / "debian-handbook" / "html" / place, "*.html", folder / f"handbook_{language}")
    copy(doc / "apache2-doc" / "manual" / "en", "**/*.html", folder / "apache")
    copy(doc / "postgresql-doc-15" / "html", "*.html", folder / "postgres")
    copy(doc / "sqlite3", "**/*.html", folder / "sqlite")
    copy(doc / "python3.11" / "html" / "_sources", "**/*.txt", folder / "python")
    copy(doc / "git-doc", "*.txt", folder / "git")
    guide = doc / "linux-doc-6.1" / "Documentation"
    copy(guide, "admin-guide/**/*", folder / "kernel")
    for path in sorted((folder / "kernel").rglob("*.gz")):
        copy_gz(path, path.with_suffix(""))
        path.unlink()
    pdf = folder / "manuals_pdf"
    copy_gz(doc / "debian-policy" / "policy.pdf.gz", pdf / "policy.pdf")
    copy_gz(doc / "debian-policy" / "fhs" / "fhs-3.0.pdf.gz", pdf / "fhs.pdf")
    copy_gz(doc / "debian" / "FAQ" / "debian-faq.en.pdf.gz", pdf / "faq.pdf")
    shutil.copyfile(share / "debian-reference" / "debian-reference.en.pdf", pdf / "reference.pdf")
    shutil.copyfile(share / "developers-reference" / "developers-reference.pdf", pdf / "developers-reference.pdf")
    (folder / "licences").mkdir(exist_ok=True)
    for path in sorted(Path("/usr/share/common-licenses").iterdir()):
        if not path.is_symlink() and any(letter.isdigit() for letter in path.name):  # the others are older, or short
            shutil.copyfile(path, folder / "licences" / f"{path.name}.txt")


def source_trees(work: Path, folder: Path) -> None:
    """Two Python projects, without their tests."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", work, *SOURCES]
    subprocess.run(command, check=True)
    for archive in sorted(work.glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            for member in packed.getmembers():
                parts = Path(member.name).parts
                tests = len(parts) > 1 and parts[1] in ("tests", "t")
                if member.isfile() and member.name.endswith(".py") and not tests and ".." not in parts:
                    packed.extract(member, folder / "code")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        manuals(unpack(Path(name)), folder)
        source_trees(Path(name), folder)
    for path in sorted(folder.iterdir()):
        print(f"{path.name}: {sum(file.is_file() for file in path.rglob('*'))} files")


if __name__ == "__main__":
    main()
