"""The web service under load: batches, a bounded queue, time-outs, workers, a graceful stop."""

import contextlib
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import psutil
import pytest

from ocr_serve.batching import Batcher
from ocr_serve.reader import Reader
from ocr_serve.uploads import Budget
from ocr_utils import end_to_end
from tests.serving import encoded, picture, running, wait_until_ready

# --- batches ----------------------------------------------------------------------------------


def test_callers_share_a_batch_and_each_gets_its_own():
    gate, sizes = threading.Event(), []

    def double(items):
        gate.wait(20)
        return [2 * item for item in items]

    batcher = Batcher(double, most=100, on_batch=lambda items, callers: sizes.append(items))
    futures = [batcher.submit([number, -number]) for number in range(10)]
    gate.set()
    assert [future.result(20) for future in futures] == [[2 * n, -2 * n] for n in range(10)]
    assert sum(sizes) == 20 and len(sizes) <= 2
    batcher.close()


def test_a_full_batch_does_not_wait_and_nobody_waits_for_ever():
    sizes = []
    batcher = Batcher(lambda items: items, most=4, wait=60, on_batch=lambda n, _: sizes.append(n))
    futures = [batcher.submit([number]) for number in range(4)]
    assert [future.result(20) for future in futures] == [[0], [1], [2], [3]] and sizes == [4]
    batcher.close()
    quick = Batcher(lambda items: items, most=1000, wait=0.01)
    assert quick.submit([1]).result(20) == [1]
    quick.close()


def test_one_bad_item_spoils_no_other_callers_batch():
    gate = threading.Event()

    def invert(items):
        gate.wait(20)
        return [1 / item for item in items]

    batcher = Batcher(invert, wait=0.2)
    good, bad, too = (batcher.submit([number]) for number in (2, 0, 4))
    gate.set()
    assert good.result(20) == [0.5] and too.result(20) == [0.25]
    with pytest.raises(ZeroDivisionError):
        bad.result(20)
    batcher.close()


def test_what_is_cancelled_is_not_processed():
    seen = []
    batcher = Batcher(lambda items: seen.extend(items) or items, wait=0.2)
    gone, kept = batcher.submit(["gone"]), batcher.submit(["kept"])
    gone.cancel()
    assert kept.result(20) == ["kept"]
    batcher.close()
    assert seen == ["kept"]


def test_many_threads_read_what_one_reads():
    texts = ["lemon harbor", "seven\nmaps", "quiet room", "north 42", "apple\npie"]
    pictures = [picture(text) for text in texts]
    shared = []
    reader = Reader(wait=0.2, on_batch=lambda crops, callers: shared.append(callers))
    with ThreadPoolExecutor(10) as threads:
        together = list(threads.map(reader.read, 2 * pictures))
    reader.close()
    alone = [end_to_end.read(one) for one in pictures]
    key = [[(word.text, np.round(word.box).tolist()) for word in words] for words in together]
    assert key[:5] == key[5:]
    assert key[:5] == [[(w.text, np.round(w.box).tolist()) for w in words] for words in alone]
    assert max(shared) > 1


def test_who_waits_too_long_gets_a_timeout_and_frees_the_place():
    reader = Reader(recognizer=Slow())
    with pytest.raises(TimeoutError):
        reader.read(picture(), until=time.monotonic() + 0.2)
    with pytest.raises(TimeoutError):
        reader.read(picture(), until=time.monotonic() - 1)
    Slow.gate.set()
    assert reader.read(picture()) == []
    reader.close()


class Slow:
    """Reads nothing, and that not before its gate opens."""

    gate = threading.Event()

    def read(self, crops):
        self.gate.wait(20)
        return end_to_end.load_recognizer().read([np.zeros((9, 9, 3), np.uint8) for _ in crops])


def test_pictures_wait_for_memory_but_not_for_ever():
    budget = Budget(10)
    with budget.hold(6), pytest.raises(TimeoutError), budget.hold(5, time.monotonic() + 0.1):
        pass
    with ThreadPoolExecutor(1) as thread, contextlib.ExitStack() as held:
        held.enter_context(budget.hold(6))
        waiting = thread.submit(budget.hold(5).__enter__)
        assert not waiting.done()
        held.close()
        waiting.result(20)


# --- the server -------------------------------------------------------------------------------


def together(server, count: int, body: bytes, **query) -> list[httpx.Response]:
    """So many requests at the same time, each on a connection of its own."""

    def one(_):
        with httpx.Client(base_url=server.address, timeout=120, trust_env=False) as client:
            return client.post("/v1/read", content=body, params=query)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_a_full_queue_says_come_later():
    with running("--queue", 2) as server:
        answers = together(server, 12, picture("lemon"), format="text")
        codes = [answer.status_code for answer in answers]
        assert set(codes) == {200, 429}
        late = next(answer for answer in answers if answer.status_code == 429)
        assert int(late.headers["Retry-After"]) >= 1 and "try again" in late.text
        assert all(answer.text == "lemon" for answer in answers if answer.status_code == 200)
        assert server.read(picture("lemon"), format="text").text == "lemon"


def test_what_takes_too_long_is_given_up():
    with running("--seconds", 0.01) as server:
        answer = server.read(encoded(np.full((1500, 1500), 255, np.uint8)))
        assert answer.status_code == 503 and answer.headers["Retry-After"]
        assert answer.json()["error"]["status"] == "UNAVAILABLE"


def test_a_hundred_requests_at_once_share_batches_and_none_is_lost():
    with running() as server:
        answers = together(server, 100, picture("lemon harbor"), format="text")
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, "lemon harbor")}
        assert server.metric("ocr_batch_crops_sum") == 200
        assert server.metric("ocr_batch_crops_count") < 100
        assert server.metric('ocr_requests_total{path="/v1/read",status="200"}') == 100


def test_memory_stays_flat():
    body = encoded(np.full((600, 600), 255, np.uint8))
    with running() as server:
        process = psutil.Process(server.process.pid)
        together(server, 8, body)
        before = process.memory_info().rss
        for _ in range(5):
            together(server, 8, body)
        assert process.memory_info().rss - before < 100e6


def test_a_stop_waits_for_what_was_begun():
    with running() as server, ThreadPoolExecutor(1) as thread:
        page = encoded(np.full((2000, 2000), 255, np.uint8))
        answer = thread.submit(server.read, page)
        while server.process.poll() is None and not in_hand(server):
            time.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 200
        assert server.process.wait(60) in (0, -signal.SIGTERM)


def in_hand(server) -> bool:
    """Whether the server has sent itself to work: its process has used more than a moment."""
    times = psutil.Process(server.process.pid).cpu_times()
    server.idle = getattr(server, "idle", times.user)
    return times.user > server.idle + 0.1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_worker_comes_back_and_the_others_go_on():
    with running("--workers", 2) as server:
        until = time.monotonic() + 60
        while len(workers(server)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        first, second = workers(server)
        answers = together(server, 12, picture("lemon"), format="text")
        assert {answer.text for answer in answers} == {"lemon"}
        os.kill(first.pid, signal.SIGKILL)
        psutil.wait_procs([first], timeout=60)
        server.hang_up()  # a connection that was kept open may have been the dead worker's
        for _ in range(20):  # the other worker, or the new one
            assert server.read(picture("lemon"), format="text").text == "lemon"
        until = time.monotonic() + 60
        while len(workers(server)) < 2 and time.monotonic() < until:
            time.sleep(0.2)
        assert (
            second.pid in {worker.pid for worker in workers(server)} and len(workers(server)) == 2
        )
        wait_until_ready(server)
        assert server.metric('ocr_requests_total{path="/v1/read",status="200"}') == 32


def workers(server) -> list[psutil.Process]:
    """The server's child processes that serve."""
    found = []
    for child in psutil.Process(server.process.pid).children():
        try:
            if "resource_tracker" not in " ".join(child.cmdline()) and child.status() != "zombie":
                found.append(child)
        except psutil.Error:
            continue
    return sorted(found, key=lambda child: child.pid)
