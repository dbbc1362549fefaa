# %% after open
assert zeroth is None and num_samples == lmdb_words.count_words(train_folder)

# %% after four-samples
assert all(img.width > 0 for img, _ in stored) and len(stored) == 12

# %% after squeeze-draw
assert turned.shape == (array.shape[1], 32, 3) and turned.shape[0] <= 100
assert np.array_equal(turned[0], array[:, 0])  # the first row is the left edge of the word

# %% after describe
if source == datasets.MJ_STANDIN:
    assert set(heights) == {31} and len(widths) == len(labels) == 20_000

# %% after words-what
if source == datasets.MJ_STANDIN:
    from ocr_synth.text import lexicon

    known = {word.replace("'", "").lower() for word in lexicon()}
    random_labels = [label for label in labels if label.lower() not in known]
    assert 0.47 < len(random_labels) / len(labels) < 0.53 and 0.37 < with_digit < 0.43
    assert all(label == label.upper() for label in random_labels)

# %% after by-hand
with open_mdb(by_hand) as opened, opened.begin() as reading:
    keys = [bytes(key) for key, _ in reading.cursor()]
assert keys == sorted(keys) and len(keys) == 2 * len(texts) + 1
assert lmdb_words.count_words(by_hand) == len(texts)
lmdb_words.close_words(by_hand)

# %% after map-full
with lmdb.open(str(workshop / "small"), map_size=100_000) as opened:
    assert opened.stat()["entries"] == 0  # the transaction that failed wrote nothing

# %% after interrupted
assert not (workshop / "own").exists() and not list(workshop.glob(".*own*"))

# %% after own-show
assert list(titles) == texts

# %% after paths-draw
assert [required_steps(word) for word in ("HELO", "HELLO", "BANANA", "BOOKKEEPER")] == [4, 6, 6, 13]
assert converter.collapse([8, 8, 5, 5, 12, 0, 12, 15, 15]) == "HELLO"  # HHEEL-LOO, nearly
assert converter.collapse([converter.label_map[c] for c in "BOOKKEEPER"]) == "BOKEPER"

# %% after audit-all
found = {}
with open_mdb(faulty) as opened, opened.begin() as reading:
    for n in range(1, 7):
        content, label = reading.get(b"image-%09d" % n), reading.get(b"label-%09d" % n).decode()
        for problem in find_problems(content, label, TARGET_CHARACTERS, 12):
            found.setdefault(problem, []).append(n)
assert found == lmdb_audit.audit(faulty, TARGET_CHARACTERS, 12) and len(found) == 5
if source == datasets.MJ_STANDIN:
    assert not any(problems.values())

# %% after invisible
assert gray.std() < 3 < image.std(axis=(0, 1)).max()

# %% after fit-image-show
assert fitted.shape == (100, 32) and np.array_equal(fitted[0], fitted.T[:, 0])

# %% after batch
assert batch_images.shape == (32, 100, 32, 1) and batch_labels.shape == (32, 22)
assert batch_images.dtype == np.float32 and 0.4 < batch_images.max() <= 1

# %% after every-sample
assert seen == len(valid_set.index_list)
assert seen == lmdb_words.count_words(valid_folder) - len(set(valid_skip))

# %% after order
rows = [converter.decode(row[row > 0]) for row in train_set[0][1][:4]]
assert rows != words[:4]

# %% after package-class
assert difference < 1e-6 and len(packaged) == len(valid_set)
assert all(np.array_equal(packaged[i][1], valid_set[i][1]) for i in range(len(packaged)))

# %% after pickle
again = pickle.loads(pickle.dumps(packaged))
assert np.array_equal(again[1][0], packaged[1][0])

# %% after rivals-read
by_number = from_files(range(1, 1001))
assert by_number == [bytes(value) for value in from_lmdb(range(1, 1001))]
assert by_number == from_tar() == from_tfrecord() and from_lmdb([3, 1])[1] == by_number[0]
