"""The parts of a job on a Ray cluster: actors that load the networks once (notebook 10).

Ray is no requirement of the course: `pip install "ray[data]"` brings it. All nodes must see the
source and OUT under the same addresses, and have the course installed or on their PYTHONPATH.
"""

import importlib.util
from collections.abc import Callable, Iterable, Iterator

from ocr_utils.errors import OcrError


class PartReader:
    """An actor: what it loads for the first part serves all others."""

    def __init__(self, do_part: Callable):
        import cv2

        cv2.setNumThreads(1)
        self.do_part = do_part

    def __call__(self, row: dict) -> dict:
        read, errors, words = self.do_part(int(row["part"]))
        return {"part": row["part"], "read": read, "errors": errors, "words": words}


def run_on_ray(
    do_part: Callable, parts: Iterable[int], address: str, count: int | None = None
) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Yield (part, counts) as they come, from actors of Ray Data with one core each.

    address: "local" starts a cluster on this machine, else as for `ray.init`. count: at most so
    many actors; as many as the cluster has cores where not given. Only numbers of parts travel
    through Ray's object store: an actor reads and writes storage itself.
    """
    if importlib.util.find_spec("ray") is None:
        raise OcrError('Ray is not installed: pip install "ray[data]", or leave --ray away.')
    import ray

    rows = [{"part": part} for part in parts]
    if not rows:
        return
    began = not ray.is_initialized()
    ray.init(address=address, logging_level="ERROR", log_to_driver=False, ignore_reinit_error=True)
    cores = int(ray.cluster_resources().get("CPU", 1))
    most = max(1, min(count or cores, len(rows)))
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        PartReader,
        fn_constructor_args=(do_part,),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=most, initial_size=most),
        num_cpus=1,
    )
    try:
        for row in dataset.iter_rows():
            yield row["part"], (row["read"], row["errors"], row["words"])
    finally:
        if began:
            ray.shutdown()
