# %% after ask
assert answer.status_code == 200 and "Lantern Street" in answer.json()["text"]

# %% after ask-picture
assert len(words_of(answer.json())) == 8

# %% after rubbish
assert answer.status_code == 500 and "OcrError" not in answer.text

# %% after bomb
assert len(bomb) < 400_000

# %% after rubbish-all
for data in rubbish.values():
    assert httpx.post(f"{address}/v1/read", content=data, timeout=60).status_code == 400

# %% after answer
assert same == len(texts) == sum(batcher.sizes) == 64 and len(batcher.sizes) <= 8

# %% after simulate
calls = [len(set(simulate(arrivals, wait)[:, 0])) for wait in (0, 20, 100)]
assert calls == sorted(calls, reverse=True) and calls[0] < 60
crowd = np.cumsum(np.random.default_rng(3).exponential(12, 60)).round()
late = {most: (simulate(crowd, 20, most)[:, 1] - crowd).max() for most in (1, 16)}
assert late[1] > 1000 and late[16] < 250

# %% after full-try
codes = [answer.status_code for answer in answers]
assert set(codes) == {200, 429}
assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 429)

# %% after pdf-inside
assert page.count("3 Tr") == 8 and "(Lantern) Tj" in page

# %% after load-try
assert {text for text, _ in got} == {"quiet harbor"} and len(got) == 96

# %% after metrics
assert float(numbers["ocr_batch_requests_sum"]) > batches

# %% after vision-client
assert "Lantern Street" in response.full_text_annotation.text

# %% after refusals-try
assert [answer.status_code for answer in asked.values()] == [400, 200, 400, 413, 405, 404]

# %% after stop
assert process.returncode is not None
