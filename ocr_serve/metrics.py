"""What /metrics shows, in the text format of Prometheus (https://prometheus.io).

Several workers add up in files that they share, in the folder PROMETHEUS_MULTIPROC_DIR, which
`ocr_serve.__main__` makes before this is imported, and removes.
"""

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

KNOWN = (
    "/",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/v1/read",
    "/v1/classify",
    "/v1/images:annotate",
)
REQUESTS = Counter("ocr_requests", "Requests answered.", ["path", "status"])
SECONDS = Histogram(
    "ocr_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ["path"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CROPS = Histogram("ocr_batch_crops", "Word crops in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64))
CALLERS = Histogram("ocr_batch_requests", "Requests that share a batch.", buckets=(1, 2, 4, 8, 16))


def count(scope, status: int, seconds: float) -> None:
    """One request; a status of 0 means that nobody waited for the answer."""
    path = scope["path"] if scope["path"] in KNOWN else "other"
    REQUESTS.labels(path, str(status)).inc()
    SECONDS.labels(path).observe(seconds)


def count_batch(crops: int, callers: int) -> None:
    CROPS.observe(crops)
    CALLERS.observe(callers)


def text() -> bytes:
    """All numbers of all workers."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)
