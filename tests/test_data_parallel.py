"""The recognizer's training step on two devices: the losses of one."""

import importlib.util
import subprocess
import sys

import pytest


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None,
    reason="JAX is an extra: pip install jax to run this test",
)
def test_two_devices_have_the_losses_of_one():
    command = [sys.executable, "-m", "training.data_parallel", "--steps", "3"]
    answer = subprocess.run(command, capture_output=True, text=True)
    rows = [line.split() for line in answer.stdout.splitlines()[1:]]
    assert len(rows) == 3, answer.stderr
    losses = [(float(one), float(two)) for _, one, two, _ in rows]
    assert all(two == pytest.approx(one, rel=1e-4) for one, two in losses)
    assert losses[-1][0] < losses[0][0] / 2  # and it learns
