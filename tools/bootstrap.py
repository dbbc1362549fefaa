"""The set-up behind `course.py`: each step looks first, and works only where something is missing.

Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools import places, system
from tools.places import ROOT, environment
from tools.running import SetupError, run

SUPPORTED = ((3, 11), (3, 12), (3, 13))
CONDA = places.conda_prefix()
VENV = places.environment_folder()
PYTHON = places.python_of(VENV)
STAMP = VENV / "ocr-course.json"  # what the last complete installation was made from
KERNEL = VENV / "share" / "jupyter" / "kernels" / "ocr-course" / "kernel.json"
NEWS = "@jupyterlab/apputils-extension:announcements"
NEEDED_GB = 4
NO_DEPS = ["--no-deps", "--require-hashes", "-r"]  # the lock is complete
NO_INDEX = (
    "no package index answers: connect to the network and type the same command again, or set "
    "PIP_NO_INDEX=1 and PIP_FIND_LINKS=FOLDER with a folder of wheels (README, For instructors)"
)


def prepare(data: bool = True) -> list[str]:
    """Do what is still missing of the set-up; returns the names of what the system still lacks.

    data: the course data too; without, who needs them makes them (`data_beside`).
    """
    step("Python environment", environment_works, make_environment)
    step("packages (a minute or more, 2 GB)", packages_are_current, install_packages)
    step("notebook kernel", KERNEL.exists, register_kernel)
    step("Tesseract and system libraries", lambda: not system.missing(), install_system)
    if data:
        step("course data", lambda: False, make_data)
    return system.missing()


def step(name: str, is_done, work) -> None:
    """One line for what is there already; otherwise the work, and the seconds or what is left."""
    if is_done():
        print(f"[ok] {name}", flush=True)
        return
    print(f"[..] {name}", flush=True)
    start = time.perf_counter()
    left = work()
    took = f"{time.perf_counter() - start:.0f} s"
    print(f"[--] {name}: {left}" if left else f"[ok] {name}: {took}", flush=True)


# --- Python environment -----------------------------------------------------------------------


def environment_works() -> bool:
    """The interpreter starts, is supported, is where it was made (not moved), and has pip."""
    question = "import sys, pip; print(*sys.version_info[:2]); print(sys.prefix)"
    answer = system.ask([str(PYTHON), "-c", question]).splitlines()
    with contextlib.suppress(OSError, ValueError, IndexError):
        version = tuple(map(int, answer[0].split()))
        return version in SUPPORTED and Path(answer[1]).samefile(VENV)
    return False


def make_environment() -> None:
    require_own_folder()
    if sys.version_info[:2] not in SUPPORTED:
        borrow_python()
        return
    if importlib.util.find_spec("ensurepip") is None:
        install_venv_module()
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        "Python could not make .venv: delete the folder .venv and try again",
    )


def require_own_folder() -> None:
    """What is cleared must be the course's own `.venv`, and nothing else."""
    if CONDA:
        raise SetupError(
            f"the conda environment {VENV} lacks Python {names(SUPPORTED)} or pip: "
            "type `conda env update -n ocr-course -f environment.yml`."
        )
    if VENV.is_dir() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SetupError(f"{VENV} is not the course's: move it away, or delete it.")


def borrow_python() -> None:
    """`.venv` with a Python that uv finds on this machine, or downloads."""
    wanted = f">={names(SUPPORTED[:1])},<3.{SUPPORTED[-1][1] + 1}"
    try:
        uv = path_uv() or make_private_uv()
        run([uv, "venv", "--clear", "--seed", "--python", wanted, str(VENV)], "uv found no Python")
    except SetupError as error:
        this = names([sys.version_info])
        raise SetupError(
            f"this is Python {this}, the course needs {names(SUPPORTED)}, and uv could not "
            f"bring one: {other_python()}."
        ) from error


def other_python() -> str:
    found = [name for name in map("python3.{0[1]}".format, SUPPORTED) if shutil.which(name)]
    return f"type `{found[-1]} course.py ...`" if found else "install Python 3.13 (python.org)"


def names(versions) -> str:
    """ "3.11, 3.12 or 3.13"."""
    *most, last = [".".join(map(str, version[:2])) for version in versions]
    return f"{', '.join(most)} or {last}" if most else last


def install_venv_module() -> None:
    package = f"python3.{sys.version_info[1]}-venv"
    command = system.privileged(["apt-get", "install", "-y", package])
    if command is None:
        raise SetupError(
            f"this Python lacks the venv module: type `sudo apt-get install -y {package}`."
        )
    run(system.privileged(["apt-get", "update"]), "apt-get update failed: is there a network?")
    run(command, f"apt-get could not install {package}")


# --- packages ---------------------------------------------------------------------------------


def fingerprint() -> dict[str, str]:
    """What the installation depends on: changed lock, project file or place means work to do."""
    files = ("requirements.lock", "requirements.txt", "pyproject.toml")
    sums = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files}
    return {**sums, "place": str(VENV)}


def packages_are_current() -> bool:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(STAMP.read_text(encoding="utf-8")) == fingerprint()
    return False


def install_packages() -> None:
    """By uv, which takes a quarter of pip's time; by pip where uv does not run or reach."""
    require_disk_space()
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    try:
        uv = install_uv(PYTHON)
        install([uv, "pip", "install", "--python", str(PYTHON)])
    except SetupError as error:
        if error.is_network() and not path_uv():
            raise SetupError(f"{NO_INDEX}.") from error
        print("     uv cannot do it here; pip takes over, and some minutes longer", flush=True)
        install(pip)
    STAMP.write_text(json.dumps(fingerprint(), indent=1), encoding="utf-8")


def install(installer: list[str]) -> None:
    try:
        run([*installer, *NO_DEPS, "requirements.lock"], "the packages could not be installed")
        run([*installer, "--no-deps", "--no-build-isolation", "-e", "."], "ocr_utils: no success")
    except SetupError as error:
        raise (SetupError(f"{NO_INDEX}.") if error.is_network() else error) from error


def install_uv(python: Path) -> str:
    """The locked uv beside this interpreter, by pip; the path of its program."""
    wanted = python.parent / "uv.txt"
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted.write_text(re.search(r"^uv==(.+\\\n)+.+\n", text, flags=re.MULTILINE)[0])
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, "--retries", "2", *NO_DEPS, str(wanted)], "pip could not install uv")
    return str(python.with_name("uv.exe" if places.WINDOWS else "uv"))


def path_uv() -> str:
    """A uv of the user's own that runs; else nothing."""
    program = shutil.which("uv")
    return program if program and system.ask([program, "--version"]) else ""


def make_private_uv() -> str:
    """uv in a small environment of its own, made by whatever Python runs this."""
    folder = ROOT / ".uv"
    run([sys.executable, "-m", "venv", "--clear", str(folder)], "no environment for uv")
    return install_uv(places.python_of(folder))


def require_disk_space() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            f"{ROOT} has {free:.1f} GB left, the packages need {NEEDED_GB} GB: make room."
        )


# --- the rest ---------------------------------------------------------------------------------


def register_kernel() -> None:
    name = ["--name", "ocr-course", "--display-name", "OCR course"]
    run(
        [str(PYTHON), "-m", "ipykernel", "install", "--sys-prefix", *name],
        "the notebook kernel could not be registered",
    )
    settings = VENV / "etc" / "jupyter" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)  # JupyterLab would ask to fetch its news
    settings.write_text(json.dumps({"disabledExtensions": {NEWS: True}}), encoding="utf-8")


def make_data() -> None:
    run(data_command(), "the course data could not be made", show=True)


def data_command() -> list[str]:
    return [str(PYTHON), "-m", "ocr_data.course_data"]


@contextlib.contextmanager
def data_beside() -> Iterator[None]:
    """The course data are made while the block runs; where it ends first, that ends soon after.

    Its lines are dropped but for errors, so that the address of JupyterLab stands last.
    """
    builder = subprocess.Popen(
        data_command(),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        if builder.poll() is None:  # it clears away what is half made
            builder.terminate()


def install_system() -> str:
    """Through the system's own package manager where that asks nothing; what is missing then."""
    for command in system.install_commands():
        with contextlib.suppress(SetupError):  # no network, no such package: the remedy says it
            run(command, f"`{' '.join(command)}` failed")
    lacking = system.missing()
    return f"missing {', '.join(lacking)}" if lacking else ""
