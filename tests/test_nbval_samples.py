"""nbval on trial: small notebooks whose names say whether the comparison must pass or fail."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((Path(__file__).parent / "nbval_samples").glob("*.ipynb"))
RULES = (Path(__file__).parent / "nbval_sanitize.cfg").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outcomes() -> dict[str, set[str]]:
    """Sample -> the outcomes of its cells, from one run with the course's own options."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--color=no", *map(str, SAMPLES)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = {}
    line = r"^(PASSED|FAILED|ERROR) \S*?([\w-]+)\.ipynb"
    for outcome, name in re.findall(line, run.stdout, flags=re.MULTILINE):
        found.setdefault(name, set()).add(outcome)
    return found


@pytest.mark.parametrize("sample", [path.stem for path in SAMPLES])
def test_nbval_judges_the_sample_as_its_name_says(sample, outcomes):
    expected = "PASSED" if sample.startswith("pass-") else "FAILED"
    assert outcomes[sample] == {expected}


def test_every_sanitize_rule_is_read():
    """nbval drops a rule silently if anything stands between its two lines."""
    assert RULES.count("\nregex:") + RULES.startswith("regex:") == len(get_sanitize_patterns(RULES))


def test_every_sanitize_rule_has_a_sample_that_needs_it():
    texts = "".join(path.read_text(encoding="utf-8") for path in SAMPLES if "pass-" in path.name)
    for pattern, _ in get_sanitize_patterns(RULES):
        assert re.search(pattern, texts), f"no sample shows what {pattern} is for"
