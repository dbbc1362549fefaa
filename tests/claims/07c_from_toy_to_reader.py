# %% after read-once
assert model.output_shape[2] == len(alphabet) + 1 and len(texts) == len(crops)

# %% after card
assert any(name.startswith("generated") for name in card["results"])
assert any(not name.startswith("generated") for name in card["results"])
assert all(0 < result["word_accuracy"] <= 100 for result in card["results"].values())

# %% after curve
assert len(curves) == 1 + len(log[-1]["real"].split()) == 3
for name, values in curves.items():  # a curve under another's name would end elsewhere
    of = next(key for key in card["results"] if key.startswith(name.removeprefix("photographs: ")))
    assert abs(values[-1] - card["results"][of]["greedy"]) < 7, name

# %% after right
assert right.mean() > 0.5

# %% after kinds
assert sum(kinds.values()) >= (~right).sum()

# %% after temperature-picture
judged = [
    expected_calibration_error(with_temperature(t)[~half], right[~half])
    for t in (1, best, card["temperature"])
]
assert judged[1] < judged[0] + 0.03 and judged[2] < 0.12


# %% after vote-count
def share_right(found):
    return np.mean([normalize(a) == normalize(b) for a, b in zip(truths, found, strict=True)])


assert share_right(package) > right.mean() - 0.03
assert share_right(augmented) > right.mean() - 0.03

# %% after lm-chance
assert max("abcdefghijklmnopqrstuvwxyz", key=lambda c: chance_after("th", c)) == "e"

# %% after lm-table
assert abs(shares["beam of 8"][0] - shares["greedy"][0]) < 0.1
assert shares["with the model"][0] > shares["greedy"][0] - 0.02

# %% after tune-table
display_right = [word_accuracy(display_truths, read_with(net, images)) for net in networks.values()]
scene_right = [word_accuracy(truths, read_with(net, crops)) for net in networks.values()]
assert display_right[1] > max(0.8, display_right[0])
assert scene_right[0] - scene_right[1] < 0.12  # little is forgotten
assert scene_right[1] > scene_right[2]  # less than without old material
