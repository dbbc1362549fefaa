"""The set-up: its files agree, and `course.py` says one clear line where something is missing."""

import importlib.metadata
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools import bootstrap, check, commands, handout, places, system

ROOT = places.ROOT
OWN = "ocr-utils"


def direct_requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]


def locked_requirements() -> list[Requirement]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.findall(r"^[\w.-]+==.+$", text, flags=re.MULTILINE)
    return [Requirement(line.removesuffix("\\")) for line in lines]


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


def overridden() -> set[str]:
    """Names that pyproject.toml leaves out of the lock for this Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    items = map(Requirement, project["tool"]["uv"]["override-dependencies"])
    return {item.name for item in items if item.marker and not item.marker.evaluate()}


def test_the_lock_holds_hashes_and_names_no_index():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_lock_is_complete_and_consistent():
    """What each locked package asks for is locked too, at a version that it accepts."""
    wrong = []
    for name in LOCKED:
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker and not needed.marker.evaluate({"extra": ""}):
                continue
            if needed.name in overridden():
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
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"][:2]]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert "python3 course.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_binder_installs_the_same_system_packages():
    assert (ROOT / "apt.txt").read_text(encoding="utf-8").split() == list(system.APT_PACKAGES)


# --- course.py --------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch):
    """As on a machine without Tesseract, of an ordinary user without sudo."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(system, "privileged", lambda command: None)


def test_another_python_without_uv_is_refused_with_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "path_uv", lambda: "")
    monkeypatch.setattr(bootstrap, "make_private_uv", failing)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if "3.12" in name else None)
    with pytest.raises(bootstrap.SetupError, match="this is Python 3.14.*python3.12 course.py"):
        bootstrap.make_environment()


def failing(*_arguments):
    raise bootstrap.SetupError("no network")


@pytest.mark.skipif(not bootstrap.path_uv(), reason="needs uv on the PATH")
def test_uv_finds_a_python_for_one_that_is_too_new(tmp_path, monkeypatch):
    commands_run = []
    monkeypatch.setattr(bootstrap, "run", lambda command, problem: commands_run.append(command))
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    bootstrap.make_environment()
    assert commands_run[0][1:] == [
        *("venv", "--clear", "--seed", "--python", ">=3.11,<3.14"),
        str(tmp_path / ".venv"),
    ]


def test_a_folder_that_is_not_the_courses_is_never_cleared(tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    with pytest.raises(bootstrap.SetupError, match="move it away"):
        bootstrap.make_environment()
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_conda_environment_is_never_cleared(tmp_path, monkeypatch):
    (tmp_path / "conda-meta").mkdir()
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "ocr-course")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path))
    assert places.environment_folder() == tmp_path
    monkeypatch.setattr(bootstrap, "CONDA", tmp_path)
    with pytest.raises(bootstrap.SetupError, match="conda env update"):
        bootstrap.make_environment()
    assert (tmp_path / "conda-meta").exists()


def test_the_name_of_a_conda_environment_alone_means_nothing(tmp_path, monkeypatch):
    """As with Debian's python3 while the environment is active, or a prefix that is not conda's."""
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "ocr-course")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path))
    assert places.environment_folder() == ROOT / ".venv"


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
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
    commands = []
    monkeypatch.setattr(bootstrap, "run", lambda command, problem: commands.append(command))
    assert not bootstrap.packages_are_current()
    bootstrap.install_packages()
    assert bootstrap.packages_are_current()
    (tmp_path / "requirements.lock").write_text("numpy==1.0\n")
    assert not bootstrap.packages_are_current()
    assert "uv.txt" in commands[0][-1] and commands[1][-1] == "requirements.lock"
    assert "--require-hashes" in commands[0] and "--require-hashes" in commands[1]


def test_a_step_that_is_done_is_not_done_again(capsys):
    bootstrap.step("kernel", lambda: True, lambda: pytest.fail("done twice"))
    bootstrap.step("data", lambda: False, lambda: None)
    bootstrap.step("Tesseract", lambda: False, lambda: "missing tesseract-kor")
    said = "[ok] kernel\n[..] data\n[ok] data: 0 s\n[..] Tesseract\n"
    assert capsys.readouterr().out == said + "[--] Tesseract: missing tesseract-kor\n"


def test_a_missing_tesseract_is_one_line_to_type(bare):
    assert "tesseract" in system.missing()
    assert system.install_commands() == []
    assert "\n" not in system.remedy()
    assert "tesseract" in system.remedy().lower()


def test_a_missing_language_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "tesseract_languages", lambda: ["eng", "osd"])
    assert system.missing() == ["tesseract-kor"]


def test_a_failing_command_is_reported_with_its_end():
    program = "print('first'); print('last'); raise SystemExit(3)"
    with pytest.raises(bootstrap.SetupError, match=r"^pip failed\.$") as caught:
        bootstrap.run([sys.executable, "-c", program], "pip failed")
    assert caught.value.lines == ["first", "last"]


def test_without_a_network_one_sentence_names_the_folder_of_wheels(tmp_path, monkeypatch, capsys):
    """The real pip, whose index answers nobody here."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(bootstrap, "path_uv", lambda: "")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    python = empty_environment(tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "PYTHON", python)
    monkeypatch.setattr(bootstrap, "prepare", bootstrap.install_packages)
    assert commands.main(["test"], "") == 1
    said = capsys.readouterr()
    assert "PIP_NO_INDEX=1 and PIP_FIND_LINKS=FOLDER" in said.err
    assert said.out == "" and len(said.err.strip().splitlines()) == 1


def empty_environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return places.python_of(folder)


@pytest.fixture
def started(monkeypatch):
    """What `commands.run` was asked to start, on a machine that is set up."""
    calls = []
    monkeypatch.setattr(commands, "run", lambda *arguments: calls.append(arguments) or 0)
    monkeypatch.setattr(bootstrap, "prepare", lambda data=True: [])
    monkeypatch.setattr(bootstrap, "data_command", lambda: [sys.executable, "-c", ""])
    monkeypatch.setattr(commands, "is_root", lambda: False)
    return calls


def test_lab_serves_without_a_screen_and_passes_its_options_on(started, monkeypatch):
    monkeypatch.setattr(commands, "has_screen", lambda: False)
    assert commands.main(["lab", "--port", "9999"], "") == 0
    assert started == [("-m", "tools.serve", "--no-browser", "--port", "9999")]


def test_root_outside_a_container_is_told_and_inside_one_served(started, monkeypatch, capsys):
    monkeypatch.setattr(commands, "is_root", lambda: True)
    monkeypatch.setattr(places, "in_container", lambda: False)
    assert commands.main(["lab"], "") == 1 and not started
    assert "ordinary user" in capsys.readouterr().err
    monkeypatch.setattr(places, "in_container", lambda: True)
    assert commands.main(["lab"], "") == 0 and "--allow-root" in started[0]
    assert "Root in a container" in capsys.readouterr().out


def test_lab_comes_up_without_tesseract_and_says_the_remedy_once(started, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "prepare", lambda data: ["tesseract"])
    assert commands.main(["lab"], "") == 0 and started
    assert capsys.readouterr().out.count(system.remedy()) == 1


WAIT = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(600)
except KeyboardInterrupt:
    pathlib.Path(sys.argv[1]).write_text("stopped")
"""


def test_lab_serves_while_the_data_are_made_and_ends_that_when_it_ends(
    started, tmp_path, monkeypatch, capsys
):
    """What it starts beside lives while JupyterLab does, and not longer."""
    mark = tmp_path / "mark"
    command = [sys.executable, "-c", WAIT, str(mark)]
    monkeypatch.setattr(bootstrap, "data_command", lambda: command)
    monkeypatch.setattr(commands, "run", lambda *arguments: wait_until(mark.exists))
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)  # without any data
    assert commands.main(["lab"], "") is True
    assert places.WINDOWS or wait_until(lambda: mark.read_text() == "stopped")
    assert "a lesson that needs them waits" in capsys.readouterr().out


def wait_until(condition, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value


def test_a_failing_package_manager_does_not_stop_the_set_up(monkeypatch):
    monkeypatch.setattr(system, "install_commands", lambda: [[sys.executable, "-c", "exit(1)"]])
    monkeypatch.setattr(system, "missing", lambda: ["tesseract-kor"])
    assert bootstrap.install_system() == "missing tesseract-kor"


def test_test_stops_without_tesseract_and_goes_on_without_korean(started, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "prepare", lambda: ["tesseract"])
    assert commands.main(["test"], "") == 1 and not started
    monkeypatch.setattr(bootstrap, "prepare", lambda: ["tesseract-kor"])
    assert commands.main(["test", "-k", "words"], "") == 0
    assert started == [("-m", "pytest", "-k", "words")]
    assert system.remedy() in capsys.readouterr().out


# --- homes, read-only folders, handouts -------------------------------------------------------


@pytest.mark.skipif(places.WINDOWS, reason="Windows always has a profile")
def test_without_a_home_the_course_brings_one(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setenv("HOME", "/no/such/home")
    assert places.environment()["HOME"] == str(tmp_path / ".home")
    assert (tmp_path / ".home").is_dir()


def test_a_read_only_folder_is_worked_on_in_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "home", lambda: tmp_path)
    copy = places.writable_copy()
    assert copy.parent == tmp_path and places.writable(copy / "notebooks")
    assert (copy / "notebooks" / "solutions").is_dir() and not (copy / ".git").exists()
    (copy / "mine.txt").write_text("work")
    assert places.writable_copy() == copy and (copy / "mine.txt").exists()


def test_a_handout_has_no_solutions_and_no_link_to_them(tmp_path):
    folder = tmp_path / "class"
    assert "without the solutions" in handout.write(folder)
    assert not list(folder.rglob("solutions"))
    for page in (*folder.rglob("*.md"), *folder.glob("notebooks/*.ipynb")):
        assert not re.search(r"\]\([^)]*solutions", page.read_text(encoding="utf-8")), page
    lesson = (folder / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert "your instructor's copy" in lesson
    with pytest.raises(bootstrap.SetupError, match="exists already"):
        handout.write(folder)
    with pytest.raises(bootstrap.SetupError, match="inside the course"):
        handout.write(ROOT / "class")


def test_an_unknown_command_shows_the_commands():
    run = subprocess.run(
        [sys.executable, "course.py", "tset"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 2 and "course.py lab" in run.stdout


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
        assert lines[name].startswith("[FAIL]")
    remedies = run.stdout.partition("Type, then check again:\n")[2].splitlines()
    assert remedies[:2] == ["    python3 course.py lab", f"    {system.remedy()}"]


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
    """Under its own address too, where the agents of a Ray cluster look for each other."""
    import sitecustomize

    for address in {"127.0.0.1", sitecustomize.own_address() or "127.0.0.1"}:
        with socket.create_server((address, 0)) as server:
            socket.create_connection(server.getsockname(), timeout=2).close()


def test_no_key_no_cache_no_card():
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in os.environ
    assert os.environ["OCR_COURSE_DATA"] == "standin"
    found = {path.name for path in Path(os.environ["KERAS_HOME"]).iterdir()}
    assert found <= {"keras.json"}  # settings that Keras writes when it is imported
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
