"""Fetch the Latin families of Google Fonts, as npm packages them, for the generator.

    sudo python -m training.web_fonts        # needs npm; 1,600 families, 3 GB on the way

They go below /usr/share/fonts, where `ocr_synth.fonts.installed_fonts` finds them. Their
licenses (SIL OFL, Apache) allow it; nothing of them is committed.
"""

import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path("/usr/share/fonts/fontsource")
CATALOG = "google-font-metadata"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        packages = install([f"@fontsource/{name}" for name in latin_families(work)], work)
        count = sum(unpack(package) for package in packages)
    print(f"{count} fonts of {len(packages)} families in {FOLDER}")


def latin_families(work: Path) -> list[str]:
    """Package names of the families with Latin letters; Noto's are other scripts' companions."""
    subprocess.run(["npm", "pack", "--silent", CATALOG], cwd=work, check=True)
    with tarfile.open(next(work.glob("*.tgz"))) as archive:
        families = json.load(archive.extractfile("package/data/api-response.json"))
    return [
        family["family"].lower().replace(" ", "-")
        for family in families
        if "latin" in family["subsets"] and not family["family"].startswith("Noto ")
    ]


def install(packages: list[str], work: Path) -> list[Path]:
    """Let npm fetch packages, leaving out what is not to be had; their folders."""
    wanted = {"private": True, "optionalDependencies": dict.fromkeys(packages, "*")}
    (work / "package.json").write_text(json.dumps(wanted))
    subprocess.run(
        [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--silent",
        ],
        cwd=work,
        check=True,
    )
    return sorted((work / "node_modules/@fontsource").iterdir())


def unpack(package: Path) -> int:
    """The regular and the heaviest upright font of a family as .ttf; how many there are."""
    faces = {
        int(file.stem.split("-")[-2]): file  # by weight
        for file in package.glob(f"files/{package.name}-latin-[0-9]*-normal.woff")
    }
    wanted = {min(faces, key=lambda weight: abs(weight - 400)), max(faces)} if faces else set()
    for weight in wanted:
        target = FOLDER / package.name / f"{weight}.ttf"
        target.parent.mkdir(parents=True, exist_ok=True)
        font = TTFont(faces[weight])
        font.flavor = None  # from the compressed form of the web to a plain file
        font.save(target)
    return len(wanted)


if __name__ == "__main__":
    main()
