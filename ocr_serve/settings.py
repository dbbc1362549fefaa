"""What can be set: read from the environment, since every worker is a process of its own."""

import os
from dataclasses import dataclass, fields

PREFIX = "OCR_SERVE_"


@dataclass(frozen=True)
class Settings:
    """Limits of one worker.

    token: who does not send it in `Authorization: Bearer` is turned away; "" lets everybody in.
    queue: requests that are read or wait to be; one more is answered with 429.
    seconds: for one request, waiting included. upload_seconds: until all of it has arrived.
    megabytes: of one request. batch: word crops that go to the recognizer at once.
    wait: seconds that a batch waits for more crops.
    """

    token: str = ""
    queue: int = 128
    seconds: float = 60.0
    upload_seconds: float = 60.0
    megabytes: float = 20.0
    batch: int = 64
    wait: float = 0.02

    def to_environment(self) -> dict[str, str]:
        """The variables from which `from_environment` makes these settings again.

        >>> Settings(queue=3).to_environment()["OCR_SERVE_QUEUE"]
        '3'
        """
        return {PREFIX + one.name.upper(): str(getattr(self, one.name)) for one in fields(self)}


def from_environment() -> Settings:
    """The settings of this process; what is not set has its default."""
    return Settings(
        **{
            one.name: one.type(os.environ[PREFIX + one.name.upper()])
            for one in fields(Settings)
            if PREFIX + one.name.upper() in os.environ
        }
    )
