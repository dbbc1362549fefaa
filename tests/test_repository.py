"""What holds for the repository as a whole: imports, style, secrets, links, names, README."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import lint
from tools.refresh import README_PICTURE, ROOT, readme_picture

HEAVY = {"tensorflow", "keras", "tf_keras", "keras_ocr", "cv2", "google.cloud", "grpc", "torch"}
SECRETS = re.compile(
    r"PRIVATE KEY-----(\\n|\s)*[\w+/]{40}|AIza[\w-]{35}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|"
    r"ya29\.[\w-]{20}|\"private_key\": *\"[^\"<]{20}"
)
PACKAGE_HOSTS = re.compile(
    "|".join(("pypi", "pythonhosted", "anaconda", "artifactory", "nexus", "devpi")).replace(
        "pypi", r"pypi\.(org|python)"
    )
    + r"|--(extra-)?index-url|file:///|--find-links"
)
MAX_FILE = 25_000_000
CHECKED = ("ocr_utils", "ocr_lessons", "ocr_output", "ocr_vision", "ocr_data")


def tracked_files() -> list[Path]:
    """What a clone holds."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode != 0:
        pytest.skip("this is not a git clone")
    return [path for name in listing.stdout.split("\0") if (path := ROOT / name).is_file()]


def texts():
    """Every tracked text file with its content."""
    for path in tracked_files():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def loaded_by(*modules: str) -> dict[str, list[str]]:
    """Module -> the heavy libraries that it is the first to load, in a fresh Python."""
    program = (
        "import importlib, json, sys\n"
        "found = {}\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        f"    if loaded := sorted({HEAVY!r} & set(sys.modules) - set(sum(found.values(), []))):\n"
        "        found[name] = loaded\n"
        "print(json.dumps(found))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("ocr_utils") == {}


def test_importing_any_module_loads_no_network_library():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in CHECKED
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.stem not in ("__main__", "lmdb_sequence")  # its class is one of Keras
    ]
    assert {library for found in loaded_by(*names).values() for library in found} <= {"cv2"}


def test_style_of_modules_and_notebooks():
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, "\n" + run.stdout


def test_no_file_holds_a_secret():
    picture = re.compile(r'"image/\w+": "[^"]*"')  # where chance writes any four letters
    found = [name for name, text in texts() if SECRETS.search(picture.sub("", text))]
    assert not found, found


def test_no_file_names_a_package_host():
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        if name != "tests/test_repository.py" and (match := PACKAGE_HOSTS.search(text))
    ]
    assert not found, found


def test_files_stay_small():
    large = [
        f"{path} {path.stat().st_size / 1e6:.0f} MB"
        for path in tracked_files()
        if path.stat().st_size > MAX_FILE
    ]
    assert not large, large


def test_no_name_here_hides_an_installed_package():
    own = {path.stem for path in [*ROOT.glob("*.py"), *(ROOT / "notebooks").rglob("*.py")]}
    own |= {path.parent.name for path in ROOT.glob("*/__init__.py")} - OURS
    taken = set(importlib.metadata.packages_distributions()) | set(sys.stdlib_module_names)
    assert not own & taken


def test_links_of_the_documents_resolve():
    broken = []
    for name, text in texts():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"(?<!`)!?\[[^\]]*\]\(([^)\s#]+)[^)]*\)", text):
            if not target.startswith("http") and not (ROOT / name).parent.joinpath(target).exists():
                broken.append(f"{name}: {target}")
    assert not broken, broken


def test_readme_tells_the_minutes_that_the_notebooks_tell():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"\]\(notebooks/(\w+)\.ipynb\).*\| *(\d+) *\| *(\d+) *\|", readme)
    told = {name: (int(minutes), int(seconds)) for name, minutes, seconds in rows}
    true = {
        name: lint.read_header(lint.Page.read(ROOT / "notebooks" / f"{name}.ipynb"))
        for name in lint.LESSONS
    }
    assert told == true


def test_readme_shows_the_picture_that_notebook_08_stores():
    notebook = nbformat.read(ROOT / "notebooks" / "08_end_to_end_ocr.ipynb", as_version=4)
    assert README_PICTURE.read_bytes() == readme_picture(notebook) != b""


def test_a_secret_would_be_noticed():
    assert SECRETS.search("-----BEGIN PRIVATE KEY-----\\n" + "MIIEvQIBADANBgkqhkiG9w0B" * 2)
    assert SECRETS.search("key = " + "AIza" + "Sy" + "d" * 33)


# --- requirements.txt against what is imported --------------------------------------------------

OURS = {path.name for path in ROOT.glob("ocr_*")} | {"tools"}
OPTIONAL = {"rapidocr"}  # joins notebook 08 where it is installed
DISTRIBUTIONS = {
    "matplotlib_inline": "ipykernel",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "google": "google-cloud-vision",
    "grpc": "grpcio",
    "IPython": "ipykernel",
    "fontTools": "fonttools",
    "fpdf": "fpdf2",
    "prometheus_client": "prometheus-client",
}


def direct_requirements() -> dict[str, str]:
    """Distribution -> the comment that says who needs it."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {
        re.match(r"[\w-]+", line).group(): line.partition("#")[2].strip()
        for line in lines
        if not line.startswith("#")
    }


def imported_distributions(source: str) -> set[str]:
    """What a source imports from outside the standard library and this repository."""
    modules = set(re.findall(r"^\s*(?:import|from) (\w+)", source, flags=re.MULTILINE))
    modules -= set(sys.stdlib_module_names) | OURS | OPTIONAL
    return {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in modules}


def test_requirements_name_the_notebooks_that_need_them():
    comments, wrong = direct_requirements(), set()
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        source = "\n".join(cell.source for _, cell in lint.Page.read(path).code)
        for name in imported_distributions(source):
            users = comments.get(name, "nobody").partition(":")[0]
            if users != "all" and path.stem[:2] not in users:
                wrong.add(f"{path.stem[:2]} imports {name}, requirements.txt names {users}")
    assert not wrong, "\n" + "\n".join(sorted(wrong))


def test_whatever_the_packages_import_is_a_direct_requirement():
    missing = {
        f"{path.name} imports {name}"
        for package in CHECKED
        for path in (ROOT / package).rglob("*.py")
        for name in imported_distributions(code_lines(path)) - set(direct_requirements())
    }
    assert not missing, "\n" + "\n".join(sorted(missing))


def code_lines(path: Path) -> str:
    """The import statements of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return "\n".join(
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    )


def test_readme_tells_what_the_card_of_the_recognizer_tells():
    card = json.loads((ROOT / "data/weights/recognizer.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = [f"{card['samples_seen']:,} rendered words", f"{int(card['minutes'])} minutes"]
    told += [
        f"{result['word_accuracy']} % of"
        for name, result in card["results"].items()
        if "part" in name
    ]
    assert [sentence for sentence in told if sentence not in readme] == []


def test_readme_tells_what_the_card_of_the_detector_tells():
    card = json.loads((ROOT / "data/weights/detector.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = [f"{card['samples_seen']:,} rendered crops", f"{int(card['minutes'])} minutes"]
    told += [str(hmean) for name, hmean in card["results"].items() if "pages_" in name]
    assert [sentence for sentence in told if sentence not in readme] == []
