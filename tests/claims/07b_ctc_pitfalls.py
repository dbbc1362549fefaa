# %% after certain-try
assert ctc.decode_predict_ctc(logits) == ["HELLO"] and abs(float(loss(label, logits))) < 0.1

# %% after p1-run
blanks = [float(loss(label_converter.encode(w)[None], logits)) for w in ("HELLO", "HELLX")]
assert np.isclose(*blanks) and blanks[0] > 10
assert float(loss(label_converter.encode_batch(["HELLX"], 5), logits)) > 10

# %% after p2-run
costs = [float(loss(np.array([[1, 0, 0, last]]), digits)) for last in (1, 2)]
assert np.isclose(*costs) and costs[0] > 10

# %% after p3-run
assert float(cost[0]) > 100

# %% after p4-run
assert 100 < float(loss(long_label, logits)) < np.inf

# %% after p5-run
assert round(float(loss(label, ctc.softmax(logits)))) == 60

# %% after p6-run
text = label_converter.decode(decoded[0].values.numpy())
assert text != "HELLO" and text.replace("-", "") == "HELLO"
assert ctc.decode_predict_ctc(np.roll(blank_last, 1, axis=-1)) == ["HELLO"]

# %% after p7-run
_, raw = keras.ops.ctc_decode(logits, np.array([25]), strategy="greedy")
assert np.isclose(float(raw[0, 0]), -500) and score < 0.01

# %% after p8-run
assert abs(float(cost[0])) < 0.1

# %% after p9-run
assert ctc.decode_predict_ctc(early) == ["HELLO"]
assert ctc.decode_predict_ctc(early[:, 2:]) == ["ELLO"]

# %% after p10-run
assert answer.argmax() == 4 and answer[::-1].argmax() == 20

# %% after p11-run
assert batches * 32 < 0.02 * train_set.num_samples
assert len(train_set) * 32 >= len(train_set.index_list)

# %% after p12-run
assert np.isclose(float(keras.optimizers.Adadelta().learning_rate), 0.001)

# %% after p13-run
assert order.numpy().tolist() == list(range(8)) != copy.numpy().tolist()
assert sorted(copy.numpy().tolist()) == list(range(8))

# %% after p14-run
at = {name: history["val_loss"][int(np.argmin(history[name]))] for name in ("loss", "val_loss")}
assert at["loss"] > 1.2 * at["val_loss"]

# %% after p15-run
assert seconds[one_by_one] > 10 * seconds[all_at_once]

# %% after p16-run
assert [cer("HELLO", t) for t in ("HELL", "ELLO", "HELLOOO")] == [0.2, 0.2, 0.4]

# %% after inspect-run
assert not list(inspect(model, train_set, TARGET_CHARACTERS))
assert len(list(inspect(twice, Careless(), TARGET_CHARACTERS))) == 3
