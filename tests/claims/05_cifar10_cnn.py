# %% after examples
assert len(x_val) == 1000 and not np.shares_memory(x_val, x_test)

# %% after linear-accuracy
if standin:
    assert 0.2 < linear_accuracy < 0.55

# %% after cnn
assert cnn.count_params() == 122_570 and cnn.layers[0].count_params() == 896

# %% after cnn-accuracy
if standin:
    assert accuracy > linear_accuracy + 0.15

# %% after gray
if standin:
    assert robbed_accuracy < gray_accuracy < accuracy - 0.05

# %% after norm-keras
assert np.allclose(in_training, [-1.019, -0.34, 1.359], atol=0.01)
assert np.allclose(in_use, in_training, atol=0.1)

# %% after better
assert build_better_cnn(10).count_params() == better.count_params() == card["parameters"]

# %% after better-accuracy
if standin:
    assert val_scores["better network"] > 0.93 and best is better

# %% after augment-result
if standin:
    plain, augmented = (
        history["accuracy"][-1] - results[name]
        for name, history in zip(results, histories.values(), strict=True)
    )
    assert augmented < plain - 0.05  # the distance between training and test

# %% after resnet
assert resnet.count_params() == 23_587_712 and 190 < resnet.count_params() / 122_570 < 200

# %% after swapped
if standin:
    assert swapped_accuracy < accuracy - 0.1

# %% after transfer-scores
if standin:
    assert scores["transfer"] > 0.5  # guessing gives 0.25

# %% after save
assert abs(answers[0] - answers[1]).max() < 1e-4

# %% after classify
if standin:
    assert hits >= 7

# %% after draw-boat
if standin:
    assert answers[0][0] == "ship" and answers[0][1] > 0.8
