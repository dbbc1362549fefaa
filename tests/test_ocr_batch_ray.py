"""The batch job on a Ray cluster of two nodes: whatever dies, the tables stay the same."""

import importlib.util

import psutil
import pytest

from ocr_batch import parts
from tests.batch_jobs import files, start, wait_for

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason='Ray is an extra: pip install "ray[data]" to run these tests',
)


@pytest.fixture(scope="module")
def cluster():
    """Two nodes on this machine, with a core each."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_agent_register_timeout_ms", "600000")
        patch.setenv("RAY_worker_register_timeout_seconds", "600")
        cluster = Cluster()
        add_node(cluster, include_dashboard=False, include_log_monitor=False)
        add_node(cluster)
        yield cluster
        cluster.shutdown()


def add_node(cluster, tries=10, **options):
    """A node ends where its agents take 15 s to start, as on a busy machine: then comes another."""
    for last in [False] * (tries - 1) + [True]:
        try:
            return cluster.add_node(num_cpus=1, **options)
        except Exception:
            if last:
                raise


def actors() -> list[psutil.Process]:
    """The processes of Ray that read parts."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        name = " ".join(process.info["cmdline"] or [])
        if name.startswith("ray::") and "PartReader" in name:
            found.append(process)
    return found


def expect(process, out, undisturbed):
    output, errors = process.communicate(timeout=900)
    assert output.startswith("15 pages read, 3 not, 16 words"), errors
    assert files(out) == files(undisturbed)


def test_two_nodes_write_the_same_bytes(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    expect(start(source, out, "--ray", cluster.address), out, undisturbed)


def test_a_killed_actor_changes_nothing(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    assert wait_for(lambda: parts.done(out), process)
    victims = actors()
    assert victims
    victims[0].kill()
    expect(process, out, undisturbed)


def test_a_killed_driver_goes_on_where_it_was(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    assert wait_for(lambda: parts.done(out), process)
    process.kill()
    process.communicate()
    assert 0 < len(parts.done(out)) < 6
    expect(start(source, out, "--ray", cluster.address), out, undisturbed)


def test_a_killed_node_changes_nothing(cluster, source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--ray", cluster.address)
    assert wait_for(lambda: parts.done(out) and len(actors()) > 1, process)
    (node,) = cluster.worker_nodes
    cluster.remove_node(node, allow_graceful=False)
    expect(process, out, undisturbed)


def test_without_ray_the_option_says_what_to_install(source, tmp_path, monkeypatch, capsys):
    from ocr_batch import __main__ as command

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command.main([str(source), str(tmp_path / "out"), "--ray"]) == 1
    assert 'Ray is not installed: pip install "ray[data]"' in capsys.readouterr().err
