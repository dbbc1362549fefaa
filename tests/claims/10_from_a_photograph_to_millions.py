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
