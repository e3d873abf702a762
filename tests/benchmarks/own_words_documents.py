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
    "anarchism", "debian-history", "doc-debian", "gimp-help-de", "gimp-help-en", "gimp-help-fr", "gnuplot-doc", "graphviz-doc",
    "mpich-doc", "node-commander", "node-express", "node-ws", "octave-doc", "postfix-doc", "r-doc-pdf", "valgrind",
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
    """Files that match, unpacked, at the same places below `to`."""
    for path in sorted(base.glob(pattern)):
        if path.is_file():
            name = str(path.relative_to(base)).removesuffix(".gz")
            copy_file(path, to / name)


def copy_file(path: Path, to: Path) -> None:
    """An unpacked copy."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


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
    copy(doc / "linux-doc-6.1" / "Documentation", "admin-guide/**/*", folder / "kernel")
    pdf = folder / "manuals_pdf"
    copy_file(doc / "debian-policy" / "policy.pdf.gz", pdf / "policy.pdf")
    copy_file(doc / "debian-policy" / "fhs" / "fhs-3.0.pdf.gz", pdf / "fhs.pdf")
    copy_file(doc / "debian" / "FAQ" / "debian-faq.en.pdf.gz", pdf / "faq.pdf")
    copy_file(share / "debian-reference" / "debian-reference.en.pdf", pdf / "reference.pdf")
    copy_file(share / "developers-reference" / "developers-reference.pdf", pdf / "developers-reference.pdf")
    (folder / "licences").mkdir(exist_ok=True)
    for path in sorted(Path("/usr/share/common-licenses").iterdir()):
        if not path.is_symlink() and any(letter.isdigit() for letter in path.name):  # the others are older, or short
            shutil.copyfile(path, folder / "licences" / f"{path.name}.txt")


def unseen(share: Path, folder: Path) -> None:
    """What the sets of `own_words.py --unseen` are about, from Debian packages too."""
    doc = share / "doc"
    for name, language in (("gimp", "en"), ("gimp_de", "de"), ("gimp_fr", "fr")):
        copy(share / "gimp" / "2.0" / "help" / language, "*.html", folder / name)
    copy(doc / "postfix" / "html", "*.html", folder / "postfix")
    copy(doc / "anarchism" / "markdown", "*.md*", folder / "anarchism")
    history = folder / "history"
    copy(doc / "debian-history", "docs/*.en.html", history / "debian-history")
    for release in ("2.2", "5.0", "9.0"):
        copy(doc / "debian-history", f"dedication/dedication-{release}.txt", history / "debian-history")
    for pattern in ("*.txt", "bug-*.txt.gz", "constitution.txt.gz", "mailing-lists.txt.gz", "social-contract.txt.gz"):
        copy(doc / "debian", pattern, history / "doc-debian")
    pdf = folder / "unseen_pdf"
    copy_file(doc / "gnuplot" / "gnuplot.pdf", pdf / "gnuplot.pdf")
    copy_file(doc / "octave" / "octave.pdf", pdf / "octave.pdf")
    copy_file(doc / "valgrind" / "valgrind_manual.pdf.gz", pdf / "valgrind_manual.pdf")
    copy_file(doc / "mpich" / "user.pdf.gz", pdf / "mpich_user.pdf")
    copy_file(doc / "graphviz" / "pdf" / "dotguide.pdf.gz", pdf / "dotguide.pdf")
    copy_file(share / "R" / "doc" / "manual" / "R-admin.pdf", pdf / "R-admin.pdf")
    for name in ("commander", "express", "ws"):
        copy(share / "nodejs" / name, "**/*js", folder / "node" / name)
        copy(doc / f"node-{name}", "**/*.js", folder / "node" / name)
        copy(doc / f"node-{name}", "**/*.md*", folder / "node" / name)


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
        share = unpack(Path(name))
        manuals(share, folder)
        unseen(share, folder)
        source_trees(Path(name), folder)
    for path in sorted(folder.iterdir()):
        print(f"{path.name}: {sum(file.is_file() for file in path.rglob('*'))} files")


if __name__ == "__main__":
    main()
