# %% after a9f1aecf
assert image.shape[::-1] == (3, *next(iter(shown.values())).size)

# %% after ccddd989
assert sum(map(len, problems.values())) == 5

# %% after 1c4eb318
assert len(path) == required_steps(word)

# %% after bbf98580
assert np.array_equal(copy[5][0], train_set[5][0])

# %% after 90004bf2
assert not workshop.exists()
