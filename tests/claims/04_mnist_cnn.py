# %% after one-sum
assert (piece * kernel).sum() == 27

# %% after same-sum-code
np.testing.assert_allclose(np.maximum(ours, 0), theirs, atol=1e-4)

# %% after describe
assert cnn.count_params() == 121_930 and cnn.layers[2].count_params() == 18_496

# %% after channels-code
one_kind = [convolve(np.maximum(m, 0), corner[..., 0]) for m in (upper, left)]
over = corners > 0  # both kinds, hardly ever one alone
assert over.any() and sum((over & (m == 0)).sum() for m in one_kind) < 0.2 * over.sum()

# %% after descent
assert np.allclose(descend(0.05)[1], (3.8, 5.76)) and descend(0.26)[-1][1] > 16

# %% after one-step
assert loss < 2 and len(y) == 32

# %% after accuracy
if standin or source == "MNIST" and len(x_train) == 60_000:
    assert test_accuracy > 0.85

# %% after worst-pair
assert list(pair_of[shown[0]]) in pairs.tolist()  # the digits that are named come first
assert counts.sum() == len(misread)

# %% after lenet
assert lenet.count_params() == 61_706

# %% after both
if standin or source == "MNIST" and len(x_train) == 60_000:
    assert lenet_accuracy > 0.80

# %% after bars
assert abs(outputs[-1].sum() - 1) < 1e-3

# %% after read-own
if standin or source == "MNIST" and len(x_train) == 60_000:
    assert right[1] >= 2

# %% after strange-read
assert probabilities.shape == (4, 10) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
