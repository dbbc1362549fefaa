# %% after rung-1
words = [word.text for word in one_by_one[0]]
assert len(one_by_one) == 48 and words[0] in FERRIES

# %% after where
assert len(shares) == 3 and sum(len(own) for own in boxes) > 140

# %% after rung-2-try
assert [[w.text for w in page] for page in together] == [
    [w.text for w in page] for page in one_by_one
]
own = read_together(files[:5], group=2)
for answers, page in zip(own, one_by_one, strict=False):
    assert {word.text for word in page} <= {word.text for word in answers}

# %% after fewer-bits
assert abs(whole).max() == 64 and abs(kernel - scale * whole).max() <= scale / 2
assert kernel[:, 0].sum() > 0 > kernel[:, 2].sum()  # light on the left, ink on the right

# %% after fewer-bits-sum
assert one_by_one[0][0].text.startswith("O")
assert pixels.dtype == np.uint8 and pixels[0, 0] > 200 > 50 > pixels[2, 2]
assert abs(total * scale / 255 - (pixels / 255 * kernel).sum()) < 0.02
assert 2 * 255 * abs(whole.astype(int)).max() == 32_640 < np.iinfo(np.int16).max == 32_767

# %% after fewer-bits-stairs
assert len(kernel) == 576 and abs(rounded - kernel).max() <= 0.501 * scale and ratio < 0.1

# %% after fewer-bits-networks
from onnx import numpy_helper

stored = {array.name: numpy_helper.to_array(array) for array in shipped.graph.initializer}
for name in (name for name in weights if name.startswith("conv2d")):
    floats = weights[name].astype(np.float32)
    [own] = [
        array.transpose(2, 3, 1, 0)
        for array in stored.values()
        if array.dtype == np.int8 and array.ndim == 4 and array.size == floats.size
    ]
    ours = np.round(floats / (abs(floats).max((0, 1, 2)) / 64))
    assert np.mean(ours == own) > 0.999, name  # half a step may go either way
kinds = [node.op_type for node in shipped.graph.node]
assert (kinds.count("QLinearConv"), kinds.count("Scan"), kinds.count("Conv")) == (5, 2, 0)
back = [node.op_type for node in graphs["floats"].graph.node]
assert (back.count("Conv"), back.count("LSTM"), back.count("Scan")) == (5, 1, 0)

# %% after fewer-bits-try
assert hard.shape == (128, 128, 32, 1) and network.output_shape[-1] == 95
truths = [truth for _, truth in samples]
right = {name: np.mean(np.array(read) == truths) for name, read in texts.items()}
assert 0.8 < alike / len(hard) < 1 and abs(right["floats"] - right["8 bits"]) < 0.05

# %% after amdahl
assert speedup(0.4, 2) == 1.25 and round(1 / (1 - 0.9)) == 10

# %% after crashes-try
totals = {kind: ((table == 0).sum(), (table == 2).sum()) for kind, table in counts.items()}
assert totals["append, then note"][0] == 0 and totals["append, then note"][1] > 0
assert totals["note, then append"][0] > 0 and totals["note, then append"][1] == 0
assert totals["whole parts"] == (0, 0)

# %% after job-try
assert job.summary(tables)[:2] == (48, 2)

# %% after tables
names = {row["page"] for row in job.table(tables, "errors").to_pylist()}
assert names == {"cut.png", "empty.png"}

# %% after kill
assert [how for *_, how in log].count("died") == 1 and log[1][4] == "done"
assert sorted(part for _, part, _, _, how in log if how == "done") == list(numbers)

# %% after compare
assert different == [] and len(one) == len(other) == 13 and there[:2] == (48, 2)

# %% after memory
assert done[-1] == 9_900 and of_worker[-1] < 1.1 * of_worker[0] and max(of_worker) < 400

# %% after paper
cost = {size: bill(1e9, 5.0, size)[1] for size in (1, 64, 4096)}
assert cost[64][0] > 10 * sum(cost[64][1:])  # computing is what costs
assert round(cost[1][2]) == 15_000 and bill(1e9, 5.0, 64)[0] < 7 * 24

# %% after stragglers
by_size = dict(zip(part_sizes, hours, strict=True))
assert max(by_size[4], by_size[16]) < 1.2 * min(hours) < 1.2 * by_size[1] / 1.05
assert by_size[1000] > 3 * min(hours)

# %% after take-home-try
rows = (cellar.parent / "sizes" / "part-00000000.jsonl").read_text().splitlines()
assert ["error" in row for row in rows] == [False, False, False, True]
