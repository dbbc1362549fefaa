# %% after linear-accuracy
if standin:
    assert linear_accuracy < 0.55

# %% after cnn
assert cnn.count_params() == 122_570 and cnn.layers[0].count_params() == 896

# %% after cnn-accuracy
if standin:
    assert accuracy > linear_accuracy + 0.15

# %% after gray
if standin:
    assert robbed_accuracy < accuracy - 0.08
    assert gray_accuracy < accuracy - 0.08  # what a network that learned in gray loses
