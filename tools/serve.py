"""JupyterLab without its server's log: one clear address, last. Runs in the course's Python."""

import os
import secrets
import sys

from jupyterlab.labapp import LabApp

START = "/lab/tree/notebooks/00_start_here.ipynb"
READY = "\nJupyterLab is ready; Ctrl-C ends it. Its address:\n\n    {}\n"


def main(options: list[str]) -> None:
    """Start the server with these options, say where it is, and serve until Ctrl-C.

    A token of our own in the environment: Jupyter then does not print its own three addresses.
    """
    os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(24))
    quiet = ["--log-level=ERROR", "--LabApp.log_level=ERROR", f"--LabApp.default_url={START}"]
    server = LabApp.initialize_server(argv=[*quiet, *options])
    token = server.identity_provider.token
    address = server.local_url.replace("token=...", f"token={token}")
    server.io_loop.add_callback(print, READY.format(address), flush=True)  # once it listens
    server.start()


if __name__ == "__main__":
    main(sys.argv[1:])
