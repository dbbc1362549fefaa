"""The set-up: its files agree, and `course.py` says one clear line where something is missing."""

import importlib.metadata
import os
import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import course
from tools import bootstrap, check

ROOT = bootstrap.ROOT
OWN = "ocr-utils"


def direct_requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]


def locked_requirements() -> list[Requirement]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [Requirement(line) for line in re.findall(r"^[\w.-]+==.+$", text, flags=re.MULTILINE)]


LOCKED = {
    canonicalize_name(item.name): str(item.specifier).removeprefix("==")
    for item in locked_requirements()
    if not item.marker or item.marker.evaluate()
}


# --- requirements.txt, requirements.lock, environment.yml, pyproject.toml, apt.txt ------------


def test_the_lock_pins_every_direct_requirement_within_its_range():
    wrong = [
        str(item)
        for item in direct_requirements()
        if LOCKED.get(canonicalize_name(item.name), "") not in item.specifier
    ]
    assert not wrong


def test_every_direct_requirement_says_who_needs_it():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(
        re.search(r"# (all|tests|training|(\d\d(, )?)+): \w", line)
        for line in lines
        if not line.startswith("#")
    )


def test_the_lock_is_complete_and_consistent():
    """What each locked package asks for is locked too, at a version that it accepts."""
    wrong = []
    for name in LOCKED:
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker and not needed.marker.evaluate({"extra": ""}):
                continue
            version = LOCKED.get(canonicalize_name(needed.name))
            if version is None or not needed.specifier.contains(version, prereleases=True):
                wrong.append(f"{name} wants {text}, locked is {version}")
    assert not wrong, "\n".join(wrong)


def test_nothing_superfluous_is_locked():
    """Each locked package is wanted by a direct requirement, through however many others."""
    wanted, queue = set(), [item.name for item in direct_requirements()]
    while queue:
        name = canonicalize_name(queue.pop())
        if name in wanted or name not in LOCKED:
            continue
        wanted.add(name)
        queue += [Requirement(text).name for text in importlib.metadata.requires(name) or []]
    assert set(LOCKED) - wanted == set()


def test_the_tested_environment_is_the_locked_one():
    assert {name: importlib.metadata.version(name) for name in LOCKED} == LOCKED


def test_pyproject_takes_its_dependencies_from_requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    dynamic = project["tool"]["setuptools"]["dynamic"]["dependencies"]
    assert dynamic == {"file": ["requirements.txt"]}
    supported = SpecifierSet(project["project"]["requires-python"])
    assert [v for v in ("3.10", "3.11", "3.12", "3.13") if v in supported] == supported_versions()


def supported_versions() -> list[str]:
    return [".".join(map(str, version)) for version in bootstrap.SUPPORTED]


def test_conda_environment_installs_the_lock_with_a_supported_python():
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert lines[-1] == {"pip": ["-r requirements.lock"]}
    assert lines[0].removeprefix("python=") in supported_versions()
    assert any(line.startswith("tesseract=5") for line in lines[:-1])


def test_workflow_covers_the_supported_pythons_and_runs_the_whole():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["locked"]
    assert job["strategy"]["matrix"]["python"] == supported_versions()
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert "python3 course.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_binder_installs_the_same_system_packages():
    assert (ROOT / "apt.txt").read_text(encoding="utf-8").split() == list(bootstrap.APT_PACKAGES)


# --- course.py --------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch):
    """As on a machine without Tesseract, of an ordinary user without sudo."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(bootstrap, "privileged", lambda command: None)


def test_another_python_is_refused_with_what_to_type(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if "3.12" in name else None)
    with pytest.raises(bootstrap.SetupError, match="this is Python 3.14.*python3.12 course.py"):
        bootstrap.require_supported_python()


def test_a_missing_venv_module_is_named(bare, monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.SetupError, match=r"sudo apt-get install -y python3\.1\d-venv"):
        bootstrap.make_environment()


def test_a_full_disk_stops_before_the_installation(monkeypatch):
    monkeypatch.setattr(bootstrap, "NEEDED_GB", 10**9)
    with pytest.raises(bootstrap.SetupError, match="GB left.*make room"):
        bootstrap.install_packages()


def test_a_moved_or_broken_environment_is_made_again(tmp_path, monkeypatch):
    assert bootstrap.environment_works()
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    assert not bootstrap.environment_works()
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "bin" / "python")
    assert not bootstrap.environment_works()


def test_a_changed_lock_is_installed_again(tmp_path, monkeypatch):
    for name in ("requirements.lock", "requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    commands = []
    monkeypatch.setattr(bootstrap, "run", lambda command, problem: commands.append(command))
    assert not bootstrap.packages_are_current()
    bootstrap.install_packages()
    assert bootstrap.packages_are_current()
    (tmp_path / "requirements.lock").write_text("numpy==1.0\n")
    assert not bootstrap.packages_are_current()
    assert "requirements.lock" in commands[0]


def test_a_step_that_is_done_is_not_done_again(capsys):
    bootstrap.step("kernel", lambda: True, lambda: pytest.fail("done twice"))
    bootstrap.step("data", lambda: False, lambda: None)
    assert capsys.readouterr().out == "[ok] kernel\n[..] data\n[ok] data: 0 s\n"


def test_a_missing_tesseract_is_one_line_to_type(bare):
    assert "tesseract" in bootstrap.missing_system()
    assert bootstrap.system_commands() == []
    assert "\n" not in bootstrap.system_remedy()
    assert "tesseract" in bootstrap.system_remedy().lower()


def test_a_missing_language_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "tesseract_languages", lambda: ["eng", "osd"])
    assert bootstrap.missing_system() == ["tesseract-kor"]


def test_a_failing_command_is_reported_with_its_end(capsys):
    program = "print('first'); print('last'); raise SystemExit(3)"
    with pytest.raises(bootstrap.SetupError, match=r"^pip failed\.$"):
        bootstrap.run([sys.executable, "-c", program], "pip failed")
    assert "last" in capsys.readouterr().err


def test_lab_serves_without_a_screen_and_passes_its_options_on(monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(arguments) or 0)
    monkeypatch.setattr(bootstrap, "prepare", lambda: [])
    monkeypatch.setattr(course, "has_screen", lambda: False)
    assert course.main(["lab", "--port", "9999"]) == 0
    assert calls[0][:3] == ("-m", "jupyterlab", course.START)
    assert {"--no-browser", "--port", "9999"} <= set(calls[0])
    assert not any("token" in option for option in calls[0])
    assert "open one of the addresses" in capsys.readouterr().out


def test_test_stops_where_something_is_left_to_do(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "prepare", lambda: ["brew install tesseract"])
    assert course.main(["test"]) == 1
    assert "brew install tesseract" in capsys.readouterr().out


def test_an_unknown_command_shows_the_commands(capsys):
    assert course.main(["tset"]) == 2
    assert "course.py lab" in capsys.readouterr().out


# --- check ------------------------------------------------------------------------------------


def test_check_finds_this_environment_complete(capsys):
    assert check.main() == 0, capsys.readouterr().out


def test_check_in_a_bare_environment_says_what_to_type():
    """No Tesseract on the path, no packages, and a key that is not there."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("SYSTEMROOT", "LD_LIBRARY_PATH", "HOME")
    }
    environment |= {"PATH": "", "GOOGLE_APPLICATION_CREDENTIALS": "no/such/key.json"}
    base = Path(sys.base_prefix) / Path(bootstrap.PYTHON).relative_to(bootstrap.VENV)
    base = base if base.exists() else Path(sys._base_executable)
    run = subprocess.run(
        [base, "-S", "-m", "tools.check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    lines = {line[7:29].strip(): line for line in run.stdout.splitlines()}
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    assert lines["Python"].startswith("[OK]")
    for name in ("packages", "Tesseract", "Tesseract languages", "fonts", "Google Vision key"):
        assert lines[name].startswith("[FAIL]") and " -> " in lines[name]
    assert "course.py lab" in lines["packages"]


# --- isolation --------------------------------------------------------------------------------


def test_the_network_is_out_of_reach_here_and_in_child_processes():
    for attempt in (
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=2),
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: urllib.request.urlopen("https://example.com", timeout=2),
    ):
        with pytest.raises(OSError):
            attempt()
    program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "the network is blocked in tests" in run.stderr


def test_this_machine_stays_within_reach():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=2).close()


def test_no_key_no_cache_no_card():
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in os.environ
    assert os.environ["OCR_COURSE_DATA"] == "standin"
    found = {path.name for path in Path(os.environ["KERAS_HOME"]).iterdir()}
    assert found <= {"keras.json"}  # settings that Keras writes when it is imported
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
