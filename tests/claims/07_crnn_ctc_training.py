# %% after converter-try
assert label_converter.decode(encoded_text) == "HEL-LO"

# %% after collapse
assert label_converter.collapse([1, 1, 0, 1]) == "AA"

# %% after tiny-paths
assert len(paths) == 81 and len(spell_ab) == 15
assert spelled.count("AA") == 5

# %% after tiny-sum
assert np.isclose(sum(texts.values()), 1)

# %% after tiny-bars
assert ranked[0] == "AB" and texts["AB"] > 3 * texts[ranked[1]]

# %% after forward-try
assert np.isclose(alphas[-1, -2:].sum(), texts["AB"])
assert np.isclose(alphas[1, 1], 0.3 * (0.7 + 0.2))  # the sum that the text follows

# %% after lattice-both
assert np.isclose(forward(probabilities, [1, 1])[-1, -2:].sum(), texts["AA"])
assert texts["AA"] < texts["AB"] / 5

# %% after three-ways
assert np.isclose(np.exp(-loss), texts["AB"], rtol=1e-5)

# %% after count
assert count == 20_030_010

# %% after underflow
assert one_path[-1] == 0 and np.float32(1 / 37) ** np.float32(25) > 0

# %% after log-try
assert np.isclose(ours, package)

# %% after old-loss
assert np.isclose(np.exp(-float(cost[0, 0])), texts["AB"], rtol=1e-4)

# %% after lstm-try
assert np.allclose(shown, theirs[-1], atol=1e-6)

# %% after words-what
if source == datasets.MJ_STANDIN:
    with lmdb_words.open_words(folders["train"]).begin() as opened:
        known = {opened.get(b"label-%09d" % n).decode().upper() for n in range(1, 20_001)}
    with lmdb_words.open_words(folders["test"]).begin() as opened:
        tested = [opened.get(b"label-%09d" % n).decode().upper() for n in range(1, 1_001)]
    assert 100 < sum(word in known for word in tested) < 200

# %% after build
assert model.output_shape == (None, 25, 37) and model.count_params() == 343_773

# %% after compile
assert model.output_shape[1] >= train_set.max_text_len

# %% after epochs
if source == datasets.MJ_STANDIN:
    assert len(reading.notes[0]) <= 1 and history["val_word_accuracy"][0] < 0.05  # the flat part
    assert reading.notes[-1] == label_converter.decode(first[first != 0])

# %% after test-accuracy
assert word_accuracy(truths, results) >= 0.85 or source != datasets.MJ_STANDIN

# %% after kinds
assert sum(kinds.values()) >= sum(a != b for a, b in zip(truths, results, strict=True))

# %% after inside
assert chances[:, 0].argmax() >= 0 and (chances.argmax(axis=-1) == 0).mean() > 0.5

# %% after beam-try
assert list(beam_search(two_steps, 1)) == [()]
assert np.isclose(beam_search(two_steps, 2)[(1,)], 0.64)
assert all(np.isclose(p, texts[small.decode(text)]) for text, p in found.items())

# %% after decode-table
greedy_right = word_accuracy(truths[some], results[some])
beams = ctc.decode_predict_ctc(test_logits[some], TARGET_CHARACTERS, beam_width=10)
assert abs(word_accuracy(truths[some], beams) - greedy_right) <= 0.02  # next to nothing
if source == datasets.MJ_STANDIN:
    assert right >= max(0.97, greedy_right)  # the lexicon

# %% after confidence-table
assert is_right[confidences > 0.9].mean() > is_right[confidences <= 0.9].mean()
if source == datasets.MJ_STANDIN:
    assert is_right[confidences > 0.9].mean() > 0.95
