"""The tree over sealed events: RFC 6962 section 2.1 with SHA-256, kept as C2SP tlog-tiles. Pure: bytes in, bytes out.

A tile holds up to 256 hashes side by side. At level 0 these are leaf hashes, at level L the roots of full tiles of
level L - 1. Everything else (the root at any earlier size, proofs) is put together from O(log n) tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

SIZE = 32  # bytes of a hash
WIDTH = 256  # hashes of a full tile
_HEIGHT = 8  # of the perfect tree over a full tile
EMPTY = sha256(b"").digest()

Place = tuple[int, int]  # the level of a tile, and which one of that level
Reader = Callable[[int, int], bytes]  # (level, n) -> the hashes of a tile as far as it is filled, b"" for none


def leaf(data: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def perfect(hashes: bytes) -> bytes:
    """The root over hashes side by side whose number is a power of two."""
    while len(hashes) > SIZE:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[at : at + 2 * SIZE]).digest() for at in range(0, len(hashes), 2 * SIZE)]
        )
    return hashes


class Range:
    """The compact range over hashes seen so far: the roots of its perfect subtrees, the largest first."""

    __slots__ = ("nodes", "size")

    def __init__(self) -> None:
        self.size = 0
        self.nodes: list[bytes] = []

    def add(self, hash_: bytes) -> None:
        """One more hash; amortised one node hash."""
        nodes, count = self.nodes, self.size
        while count & 1:
            hash_ = sha256(b"\x01" + nodes.pop() + hash_).digest()
            count >>= 1
        nodes.append(hash_)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree over everything added."""
        return fold(self.nodes)


def fold(nodes: Sequence[bytes]) -> bytes:
    """The root over the nodes of a compact range, the largest subtree first."""
    if not nodes:
        return EMPTY
    root = nodes[-1]
    for left in reversed(nodes[:-1]):
        root = node(left, root)
    return root


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    seen = Range()
    for hash_ in hashes:
        seen.add(hash_)
    return seen.root()


def grow(read: Reader, size: int, hashes: Sequence[bytes]) -> dict[Place, bytes]:
    """The tiles that change when leaf hashes are appended to a tree of ``size``, as they are then. O(n)."""
    changed: dict[Place, bytes] = {}
    level, new = 0, list(hashes)
    while new:
        number, filled = divmod(size, WIDTH)
        above: list[bytes] = []
        done = 0
        while done < len(new):
            some = new[done : done + WIDTH - filled]
            old = read(level, number)[: filled * SIZE] if filled else b""
            if len(old) != filled * SIZE:
                raise LookupError((level, number))
            tile = changed[level, number] = old + b"".join(some)
            if len(tile) == WIDTH * SIZE:
                above.append(perfect(tile))
            done += len(some)
            number, filled = number + 1, 0
        level, size, new = level + 1, size >> _HEIGHT, above
    return changed


class Tree:
    """A tree of some size that is kept as tiles. LookupError where a tile that is needed is missing or too short."""

    def __init__(self, read: Reader, size: int) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[Place, bytes] = {}

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, number)
        return self._tiles[level, number]

    def _perfect(self, height: int, number: int) -> bytes:
        """The root of the ``number``-th perfect subtree of 2 ** height leaves."""
        level, rest = divmod(height, _HEIGHT)
        tile_number, offset = divmod(number << rest, WIDTH)
        end = (offset + (1 << rest)) * SIZE
        tile = self._tile(level, tile_number)
        if len(tile) < end:
            raise LookupError((level, tile_number))
        return perfect(tile[offset * SIZE : end])

    def _span(self, low: int, high: int) -> bytes:
        """The root over the leaves from ``low`` to before ``high``, an interval as RFC 6962 splits them."""
        count = high - low
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            return self._perfect(height, low >> height)
        middle = low + _half(count)
        return node(self._span(low, middle), self._span(middle, high))

    def root(self, size: int | None = None) -> bytes:
        """The root, now or when the tree had ``size`` leaves."""
        size = self.size if size is None else self._within(size)
        return EMPTY if size == 0 else self._span(0, size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The path from a leaf to the root, the leaf's sibling first (RFC 6962 section 2.1.1)."""
        size = self.size if size is None else self._within(size)
        if not 0 <= index < size:
            raise ValueError(index)
        low, high, path = 0, size, []
        while high - low > 1:
            middle = low + _half(high - low)
            if index < middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """That a tree of ``old`` leaves is how the tree of ``size`` begins (RFC 6962 section 2.1.2)."""
        size = self.size if size is None else self._within(size)
        if not 0 <= old <= size:
            raise ValueError(old)
        if old in (0, size):
            return []
        low, high, path = 0, size, []
        while old != high:
            middle = low + _half(high - low)
            if old <= middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        if low:
            path.append(self._span(low, high))
        return path[::-1]

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(size)
        return size


def _half(count: int) -> int:
    """The largest power of two smaller than a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def included(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf at its place to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf_hash, root, *path):
        return False
    at, last, reached = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            reached = node(step, reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = node(reached, step)
        at, last = at >> 1, last >> 1
    return last == 0 and reached == root


def extends(old: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the old tree is how the new one begins (RFC 9162 section 2.1.4.2).

    From the empty tree there is nothing to show, so ``old`` is at least 1.
    """
    if not 0 < old <= size or not _hashes(old_root, root, *path):
        return False
    if old == size:
        return not path and old_root == root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(step, first), node(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def _hashes(*values: bytes) -> bool:
    return all(len(value) == SIZE for value in values)
