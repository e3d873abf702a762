import os
import sys

import pytest

import secondhop
from secondhop import processes
from secondhop.processes import _quota, available_cores, start_python


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_a_control_group_is_read_in_both_versions(tmp_path, files, cores):
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert _quota(tmp_path) == cores


def test_there_is_at_least_one_core():
    assert available_cores() >= 1


@pytest.mark.parametrize(("quota", "cores"), [(None, 6), (0.2, 1), (1.4, 1), (1.6, 2), (100.0, 6)])
def test_a_quota_bounds_the_cores(monkeypatch, quota, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    monkeypatch.setattr(processes, "_quota", lambda _: quota)
    assert available_cores() == cores


def child(code, request=b""):
    with start_python(code) as process:
        return process.communicate(request)[0].decode().splitlines()


def test_a_child_runs_code_and_this_package_away_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise ValueError")
    (tmp_path / "sitecustomize.py").write_text("print('from the environment')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = os.path.dirname(os.path.dirname(secondhop.__file__))
    monkeypatch.setattr(sys, "path", ["", *(path for path in sys.path if path != folder)])
    code = "import json, os, secondhop; print(os.getcwd()); print(secondhop.__file__)"
    assert child(code) == [os.path.abspath(os.sep), secondhop.__file__]


def test_what_python_passes_over_in_its_search_path_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", [*sys.path, "relative", "/a\0b", tmp_path])
    assert child(f"print({str(tmp_path)!r} in sys.path)") == ["False"]


def test_what_code_prints_and_reads_is_apart_from_the_pipes_to_the_parent():
    code = (
        "import os; from secondhop.processes import private_pipes; requests, answers = private_pipes(); print('noise');"
        "os.write(1, b'noise'); answers.write(b'[' + os.read(0, 9) + b'] ' + requests.read()); answers.flush()"
    )
    assert child(code, request=b"asked") == ["[] asked"]


@pytest.mark.parametrize(("name", "value"), [("executable", ""), ("executable", None), ("frozen", True)])
def test_a_program_without_an_interpreter_starts_no_child(monkeypatch, name, value):
    monkeypatch.setattr(sys, name, value, raising=False)
    with pytest.raises(OSError, match="no Python interpreter"):
        start_python("pass")
