"""Start the server: python -m ocr_serve (notebook 09)."""

import argparse
import contextlib
import dataclasses
import ipaddress
import os
import socket
import sys
import tempfile

import uvicorn
from uvicorn.supervisors import Multiprocess

from ocr_serve.settings import PREFIX, Settings, from_environment

TOKEN = PREFIX + "TOKEN"
EPILOG = f"""A token in the environment variable {TOKEN} closes the API to all who do not send it
in the header `Authorization: Bearer TOKEN`."""
OPEN_DOOR = f"""Everybody who reaches this machine at {{}} can use this reader: set {TOKEN}, and put
a proxy with HTTPS before it."""


def main(arguments: list[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    settings = dataclasses.replace(
        from_environment(), queue=args.queue, seconds=args.seconds, batch=args.batch
    )
    os.environ.update(settings.to_environment())  # the workers read them there
    try:
        door = socket.create_server((args.host, args.port), backlog=2048)
    except OSError as error:
        print(f"{args.host}:{args.port} cannot be opened: {error.strerror}.", file=sys.stderr)
        return 1
    host, port = door.getsockname()[:2]
    if not ipaddress.ip_address(host).is_loopback and not settings.token:
        print(OPEN_DOOR.format(f"{host}:{port}"), file=sys.stderr)
    print(f"The reader is at http://{host}:{port}/ ; Ctrl-C ends it.", flush=True)
    _serve(door, args.workers)
    return 0


def _serve(door: socket.socket, workers: int) -> None:
    """Serve at a listening socket until a signal comes; a worker that dies is replaced."""
    config = uvicorn.Config(
        "ocr_serve.app:create_app",
        factory=True,
        http="ocr_serve.protocol:PatientProtocol",
        ws="none",
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=60,
        timeout_worker_healthcheck=60,
    )
    door.setblocking(False)
    if workers == 1:
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([door])
        return
    with tempfile.TemporaryDirectory(prefix="ocr-serve-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        Multiprocess(config, [door]).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ocr_serve",
        description="The course's reader as a web page and an API.",
        epilog=EPILOG,
    )
    for name, default, what in (
        ("host", "127.0.0.1", "the address to listen at; others reach this machine at 0.0.0.0"),
        ("port", 8000, "0 for any that is free"),
        ("workers", 1, "processes that read"),
        ("queue", Settings.queue, "requests that a worker takes in; others are told to come later"),
        ("seconds", Settings.seconds, "for one request, waiting included"),
        ("batch", Settings.batch, "word crops that are read together; 1 for one by one"),
    ):
        parser.add_argument(
            f"--{name}", type=type(default), default=default, help=f"{what} ({default})"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
