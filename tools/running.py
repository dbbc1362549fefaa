"""The programs that the set-up runs: their last line is shown, their failure is one sentence."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading

from tools.places import ROOT, environment

LIMIT_S = 3600  # no step takes longer; one that does is ended
UNREACHABLE = (  # what pip and uv say
    r"NewConnectionError|Failed to establish|name resolution|getaddrinfo|dns error|Max retries"
    r"|client error \(Connect\)|[Uu]nreachable|ProxyError|[Tt]imed out|Could not connect"
)


class SetupError(Exception):
    """One sentence with what went wrong and what to type; `lines`: what the program said last."""

    def __init__(self, sentence: str, lines: list[str] | None = None):
        super().__init__(sentence)
        self.lines = lines or []

    def is_network(self) -> bool:
        said = "\n".join(self.lines)
        return bool(re.search(UNREACHABLE, said)) and "certificate" not in said.lower()


def run(command: list[str], problem: str, show: bool = False) -> None:
    """Run a command; its last line is shown while it works, the end of it goes with the error."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        text=True,
        errors="replace",
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
    )
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.start()
    lines = []
    for line in process.stdout or ():
        lines.append(line.rstrip())
        show_progress(lines[-1])
    show_progress("")
    code = process.wait()
    limit.cancel()
    if code != 0:
        raise SetupError(f"{problem}.", lines[-15:])


def show_progress(line: str) -> None:
    """The line in place of the one before, on a terminal only."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 6
        print(f"\r     {line[:width]:{width}}\r", end="", flush=True)
