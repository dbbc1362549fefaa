"""Look over the pages of an LMDB file before LMDB maps it into memory (notebook 06).

LMDB trusts its file: one wrong byte in a page number, an offset or a length makes it read beyond
the mapping, and the process ends without a Python exception. So every page that LMDB will follow is
checked here first, by ordinary reads: the two meta pages, then the tree from its root down to the
leaves, all pages of a level at a time. What lies in the overflow pages is data and may be anything.
Source of the format: https://github.com/LMDB/lmdb/blob/mdb.RE/0.9/libraries/liblmdb/mdb.c
(`lmdb.verify` checks far more, at a sixtieth of the speed.)
"""

import numpy as np

MAGIC = 0xBEEFC0DE
HEADER = 16  # bytes of a page's header
BRANCH, LEAF, META_PAGE = 1, 2, 8  # flags of pages
BIG = 1  # flag of a node whose value lies in pages of its own
INTEGER_KEYS = 8  # flag of the table of free pages
CHUNK = 1024  # pages checked at a time
TREE = np.dtype(
    [("page_size", "<u4"), ("flags", "<u2"), ("depth", "<u2"), ("pages", "<u8", 3)]
    + [("entries", "<u8"), ("root", "<u8")]
)
META = np.dtype(
    [("number", "<u8"), ("_", "<u2"), ("flags", "<u2"), ("__", "<u4"), ("magic", "<u4")]
    + [("version", "<u4"), ("address", "<u8"), ("map_size", "<u8"), ("free", TREE)]
    + [("main", TREE), ("last_page", "<u8"), ("transaction", "<u8")]
)


def find_damage(path) -> str:
    """What is wrong with the pages of a `data.mdb`, in a few words; "" where LMDB may open it.

    One of "empty, damaged or no LMDB", "truncated (...)" and "damaged inside (...)".

    >>> import lmdb, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with lmdb.open(folder) as env, env.begin(write=True) as txn:
    ...     txn.put(b"key", b"value")
    True
    >>> find_damage(folder + "/data.mdb")
    ''
    """
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        metas = _read_metas(file, size)
        if metas is None:
            return f"empty, damaged or no LMDB ({size:,} bytes)"
        meta = metas[int(metas[0]["transaction"] < metas[1]["transaction"])]
        page_size, pages = int(meta["free"]["page_size"]), int(meta["last_page"]) + 1
        if size < pages * page_size:
            return f"truncated ({size:,} of {pages * page_size:,} bytes)"
        try:
            _check_tree(file, meta["main"], page_size, pages)
        except _Damage as damage:
            return f"damaged inside ({damage})"
    return ""


class _Damage(Exception):
    pass


def _check(right, what: str) -> None:
    if not np.all(right):
        raise _Damage(what)


def _read_metas(file, size: int):
    """Both meta pages as records of META, or None where they are not what LMDB writes."""
    metas, page_size = [], 0
    for number in (0, 1):
        file.seek(number * page_size)
        content = file.read(META.itemsize)
        if len(content) < META.itemsize:
            return None
        metas.append(meta := np.frombuffer(content, META)[0])
        page_size = int(metas[0]["free"]["page_size"])
        if not (
            (meta["number"], meta["flags"], meta["magic"]) == (number, META_PAGE, MAGIC)
            and (meta["version"], meta["free"]["page_size"]) == (1, page_size)
            and (meta["free"]["flags"], meta["main"]["flags"]) == (INTEGER_KEYS, 0)
            and page_size in (256 << power for power in range(8))
            and 1 <= meta["last_page"] < 1 << 48
        ):
            return None
    return metas


def _check_tree(file, tree, page_size: int, pages: int) -> None:
    """Level by level from the root: branches point to pages, leaves hold whole keys and values."""
    depth, entries, seen = int(tree["depth"]), 0, 0
    if depth == 0:
        return _check(tree["root"] == 2**64 - 1, "a root without a tree")
    numbers = np.array([tree["root"]], np.uint64)
    for level in range(min(depth, 32)):
        children = []
        _check((numbers > 1) & (numbers < pages), "a page number beyond the end")
        _check((seen := seen + len(numbers)) <= pages, "more pages than there are")
        for start in range(0, len(numbers), CHUNK):
            chunk = numbers[start : start + CHUNK]
            content = _read_pages(file, chunk, page_size)
            if level < depth - 1:
                children.append(_check_branches(content, chunk))
            else:
                entries += _check_leaves(content, chunk, pages)
        numbers = np.concatenate(children) if children else numbers
    _check(entries == tree["entries"], "another number of entries than announced")


def _read_pages(file, numbers, page_size: int) -> np.ndarray:
    """Pages by their numbers -> (N, page size) uint8."""
    content = np.empty((len(numbers), page_size), np.uint8)
    for row, number in zip(content, numbers.tolist(), strict=True):
        file.seek(number * page_size)
        _check(file.readinto(row) == page_size, "a page that cannot be read")
    return content


def _nodes(content, numbers, kind: int, fewest: int):
    """The nodes of pages of one kind: their row in `content`, offset, and header, (N, 4) uint16."""
    page_size, halves = content.shape[1], content.view("<u2")
    lower, upper = halves[:, 6].astype(int), halves[:, 7].astype(int)
    counts = (lower - HEADER) // 2
    _check(content[:, :8].copy().view("<u8")[:, 0] == numbers, "a page with another's number")
    _check(halves[:, 5] == kind, "a page of another kind")
    _check((lower % 2 == 0) & (lower <= upper) & (upper <= page_size), "a wrong page header")
    _check(counts >= fewest, "a page without nodes")
    rows = np.repeat(np.arange(len(content)), counts)
    slots = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    offsets = halves[rows, HEADER // 2 + slots].astype(int)
    within = (offsets >= upper[rows]) & (offsets + 8 <= page_size) & (offsets % 2 == 0)
    _check(within, "a node outside its page")
    return rows, offsets, halves[rows[:, None], offsets[:, None] // 2 + np.arange(4)]


def _check_branches(content, numbers) -> np.ndarray:
    """The numbers of the pages below, uint64."""
    _, offsets, header = _nodes(content, numbers, BRANCH, fewest=2)
    _check(offsets + 8 + header[:, 3] <= content.shape[1], "a key beyond its page")
    return header[:, :3].astype(np.uint64) @ np.array([1, 1 << 16, 1 << 32], np.uint64)


def _check_leaves(content, numbers, pages: int) -> int:
    """How many entries these pages hold."""
    page_size = content.shape[1]
    rows, offsets, header = _nodes(content, numbers, LEAF, fewest=1)
    length = header[:, 0].astype(int) + (header[:, 1].astype(int) << 16)
    flags, values = header[:, 2], offsets + 8 + header[:, 3]
    _check(flags <= BIG, "a node of another kind")
    big = flags == BIG
    _check(values + np.where(big, 8, length) <= page_size, "a value beyond its page")
    place = content[rows[big, None], values[big, None] + np.arange(8)].view("<u8")[:, 0]
    _check((place > 1) & (place < pages), "a value beyond the end")
    end = place.astype(int) * page_size + HEADER + length[big]
    _check(end <= pages * page_size, "a value beyond the end")
    return len(rows)
