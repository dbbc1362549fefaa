"""The batch job on a Ray cluster of two nodes: whatever dies, the tables stay the same."""

import importlib.util
import socket
import sys
import time

import psutil
import pytest

from ocr_batch import job, parts
from tests.test_ocr_batch import PART, files, save, start

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason='Ray is an extra: pip install "ray[data]" to run these tests',
)
PAGES = 24


@pytest.fixture(scope="module")
def cluster():
    """Two raylets on this machine, with a core each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args=node(include_dashboard=False))
    cluster.add_node(**node())
    yield cluster
    cluster.shutdown()


def node(**options) -> dict:
    """How a raylet is started. It gives up where an agent takes 15 s to say which port it took."""
    ports = ("metrics_agent", "metrics_export", "dashboard_agent_listen", "runtime_env_agent")
    options |= {f"{name}_port": free_port() for name in ports}
    return options | {"num_cpus": 1}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for number in range(PAGES - 1):
        save(folder, f"page {number:02}.png", ["harbor", "lantern", "castle"][number % 3])
    (folder / "cut.png").write_bytes((folder / "page 00.png").read_bytes()[:300])
    return folder


@pytest.fixture(scope="module")
def undisturbed(source, tmp_path_factory):
    """By local processes, without Ray."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert job.run(source, out, 1, PART) == (PAGES - 1, 1, PAGES - 1)
    return out


def wait_for(condition, seconds=300):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.02)
    return result


def actors() -> list[psutil.Process]:
    """The processes of Ray that read parts."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        name = " ".join(process.info["cmdline"] or [])
        if name.startswith("ray::") and "PartReader" in name:
            found.append(process)
    return found


def finish(process) -> str:
    output, errors = process.communicate(timeout=900)
    assert output, errors
    return output


def expect(process, out, undisturbed):
    assert finish(process).startswith(f"{PAGES - 1} pages read, 1 not, {PAGES - 1} words")
    assert files(out) == files(undisturbed)


def test_two_nodes_write_the_same_bytes(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    expect(start(source, out, "--ray", cluster.address), out, undisturbed)


def test_a_killed_actor_changes_nothing(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    wait_for(lambda: parts.done(out))
    victims = actors()
    assert victims
    victims[0].kill()
    expect(process, out, undisturbed)


def test_a_killed_driver_goes_on_where_it_was(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    wait_for(lambda: parts.done(out))
    process.kill()
    process.communicate()
    done = parts.done(out)
    assert 0 < len(done) < PAGES / PART
    expect(start(source, out, "--ray", cluster.address), out, undisturbed)


def test_a_killed_node_changes_nothing(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    wait_for(lambda: parts.done(out) and len(actors()) > 1)
    (node,) = cluster.worker_nodes
    cluster.remove_node(node, allow_graceful=False)
    expect(process, out, undisturbed)


def test_without_ray_the_option_says_what_to_install(source, tmp_path, monkeypatch, capsys):
    from ocr_batch import __main__ as command

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command.main([str(source), str(tmp_path / "out"), "--ray"]) == 1
    assert 'Ray is not installed: pip install "ray[data]"' in capsys.readouterr().err
    assert sys.modules
