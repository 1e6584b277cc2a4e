"""The tree of sealed events is the tree of RFC 6962, to the byte: published vectors, and the RFC's own definitions."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow import merkle
from workflow.merkle import EMPTY, Reader, Tree, extends, grow, included, leaf, perfect, root_of

# The eight entries and the roots of the reference test of Certificate Transparency.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size) -> path, and (old, size) -> path, of the same test.
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): PATHS[1, 5][1:],
}


# The definitions of RFC 6962 section 2.1, word for word, over the entries themselves.


def mth(entries: list[bytes]) -> bytes:
    """The Merkle Tree Hash."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split_at(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def split_at(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split_at(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """PROOF(m, D[n]), for 0 < m < n."""
    return subproof(m, entries, whole=True)


def subproof(m: int, entries: list[bytes], *, whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split_at(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole=whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], whole=False), mth(entries[:k])]


def tree_of(entries: list[bytes], batches: list[int] | None = None) -> Tree:
    """Grown in batches of these sizes, the rest at once."""
    tiles: dict[tuple[int, int], bytes] = {}
    hashes = [leaf(entry) for entry in entries]
    size = 0
    for count in [*(batches or []), len(hashes)]:
        new = hashes[size : size + count]
        tiles |= grow(reader(tiles), size, new)
        size += len(new)
    return Tree(reader(tiles), size)


def reader(tiles: dict[tuple[int, int], bytes]) -> Reader:
    return lambda level, n: tiles.get((level, n), b"")


def hexes(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


def test_the_published_roots():
    """Nine roots of the reference test, from the empty tree on; in a tree that goes on growing they stay."""
    assert EMPTY.hex() == ROOTS[0]
    whole = tree_of(ENTRIES)
    for size, root in enumerate(ROOTS):
        assert tree_of(ENTRIES[:size]).root().hex() == whole.root(size).hex() == root
        assert root_of(leaf(entry) for entry in ENTRIES[:size]).hex() == root


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_published_paths(index, size):
    """Inclusion paths of the reference test come out, and lead to its roots."""
    found = tree_of(ENTRIES).inclusion(index, size)
    assert hexes(found) == PATHS[index, size]
    assert included(leaf(ENTRIES[index]), index, size, found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_published_consistency(old, size):
    """Consistency paths of the reference test come out, and lead from root to root."""
    found = tree_of(ENTRIES).consistency(old, size)
    assert hexes(found) == CONSISTENCY[old, size]
    assert extends(old, size, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size]), found)


def test_every_proof_of_small_trees():
    """Up to 40 leaves every root, path and consistency path is that of the definitions, and is accepted."""
    whole = tree_of(numbered(40))
    for size in range(1, 41):
        entries = numbered(size)
        root = mth(entries)
        assert whole.root(size) == root
        for index in range(size):
            steps = whole.inclusion(index, size)
            assert steps == path(index, entries)
            assert included(leaf(entries[index]), index, size, steps, root)
        for old in range(1, size):
            steps = whole.consistency(old, size)
            assert steps == proof(old, entries)
            assert extends(old, size, mth(entries[:old]), root, steps)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 300), max_size=6),
    st.integers(1, 1200),
    st.data(),
)
def test_however_it_grew_it_is_the_tree_of_the_rfc(batches, count, data):
    """Batches of any size, across the edges of tiles: roots and proofs of any earlier size are the RFC's."""
    entries = numbered(count)
    tree = tree_of(entries, batches)
    size = data.draw(st.integers(1, count))
    index = data.draw(st.integers(0, size - 1))
    assert tree.root(size) == mth(entries[:size])
    assert tree.inclusion(index, size) == path(index, entries[:size])
    old = data.draw(st.integers(1, size))
    assert tree.consistency(old, size) == ([] if old == size else proof(old, entries[:size]))


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 70), st.data())
def test_a_bent_proof_is_refused(count, data):
    """A path with one bit changed, a step more or less, another place, size or root, is refused."""
    entries = numbered(count)
    tree = tree_of(entries)
    index = data.draw(st.integers(0, count - 1))
    hash_, root, steps = leaf(entries[index]), tree.root(), tree.inclusion(index)
    assert included(hash_, index, count, steps, root)
    assert not included(leaf(b"another"), index, count, steps, root)
    assert not included(hash_, index, count, [*steps, root], root)
    assert not included(hash_, index, count, steps, leaf(b"another"))
    assert not included(hash_, -1, count, steps, root)
    assert not included(hash_, count, count, steps, root)
    if steps:
        assert not included(hash_, index, count, steps[:-1], root)
        assert not included(hash_, index ^ 1, count, steps, root)
        which, bit = data.draw(st.integers(0, len(steps) - 1)), data.draw(st.integers(0, 255))
        assert not included(hash_, index, count, _flipped(steps, which, bit), root)
    old = data.draw(st.integers(1, count))
    was, way = tree.root(old), tree.consistency(old)
    assert extends(old, count, was, root, way)
    assert not extends(old, count, leaf(b"x"), root, way)
    assert not extends(old, count, was, leaf(b"x"), way)
    assert not extends(old, count, was, root, [*way, root])
    if way:
        assert not extends(old, count, was, root, way[:-1])
        which, bit = data.draw(st.integers(0, len(way) - 1)), data.draw(st.integers(0, 255))
        assert not extends(old, count, was, root, _flipped(way, which, bit))


def _flipped(steps: list[bytes], which: int, bit: int) -> list[bytes]:
    bent = bytearray(steps[which])
    bent[bit // 8] ^= 1 << bit % 8
    return [*steps[:which], bytes(bent), *steps[which + 1 :]]


def test_what_shows_nothing_is_refused():
    """A tree does not extend the empty one by any proof, nor a larger one; hashes of another length are no hashes."""
    tree = tree_of(numbered(3))
    assert not extends(0, 3, EMPTY, tree.root(), [])
    assert not extends(3, 2, tree.root(), tree.root(2), [])
    assert not included(b"short", 0, 1, [], b"short")
    assert not extends(1, 1, b"", b"", [])


def test_tiles_are_those_of_the_specification():
    """Of 70,000 leaves: 273 full tiles and one of 112 below, one full and one of 17 above, one of 1 at the top."""
    tiles: dict[tuple[int, int], bytes] = {}
    hashes = [leaf(b"%d" % number) for number in range(70_000)]
    for start in range(0, 70_000, 30_001):
        tiles |= grow(reader(tiles), start, hashes[start : start + 30_001])
    widths = {place: len(tile) // merkle.SIZE for place, tile in tiles.items()}
    assert [widths.pop((0, n)) for n in range(274)] == [256] * 273 + [112]
    assert widths == {(1, 0): 256, (1, 1): 17, (2, 0): 1}
    assert tiles[1, 0][:32] == perfect(b"".join(hashes[:256]))
    assert Tree(reader(tiles), 70_000).root() == root_of(hashes)


def test_a_missing_tile_is_said():
    """A tree whose tiles are gone or too short answers no root that looks like one."""
    hollow = Tree(lambda _level, _n: b"", 300)
    for ask in (hollow.root, lambda: hollow.inclusion(1), lambda: hollow.consistency(7)):
        with pytest.raises(LookupError):
            ask()
    with pytest.raises(LookupError):
        grow(lambda _level, _n: b"", 5, [leaf(b"")])
    for ask in (lambda: hollow.root(301), lambda: hollow.inclusion(300), lambda: hollow.consistency(301)):
        with pytest.raises(ValueError, match="30"):
            ask()
