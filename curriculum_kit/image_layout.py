"""Where the images of a benchmark lie below the folder that was named for them.

A benchmark says `CholecT45/data/VID01/000001.png`; people have `videos/VID01/000001.png` of CholecT50, or `VID01/...`,
and name this folder or one above it. One rule for all images of a benchmark, a folder to drop from the beginning of
their paths and one to put there instead, is found by trying it on some of them. Reads the names in at most
`MOST_FOLDERS` folders below the root and opens no file; gives the rule, and what was tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

MOST_FOLDERS = 200
"""What lies beside the images may be a disk full of other things."""
MOST_LEVELS = 3
_MOST_NAMES = 20_000
_MOST_SAMPLED = 256
_ENOUGH = 64
"""Images found at one place that settle the matter."""


@dataclass(frozen=True)
class ImageLayout:
    """What is done to every path of a benchmark: `add` takes the place of `drop`, if the path begins with that.

    >>> ImageLayout("CholecT45/data", "videos").path("CholecT45/data/VID01/000001.png")
    'videos/VID01/000001.png'
    """

    drop: str = ""
    add: str = ""

    def path(self, named: str) -> str:
        """Return the path below the image root of an image that the benchmark names so."""
        rest = _without(self.drop, named)
        if rest is None:
            return named
        return f"{self.add}/{rest}" if self.add else rest


@dataclass(frozen=True)
class Search:
    """The layout that was found, or what was tried where none was."""

    layout: ImageLayout = ImageLayout()
    is_found: bool = False
    tried: tuple[str, ...] = ()
    """Where the first image was looked for: paths below the root"""
    folders: int = 0
    """Folders below the root that were looked into beside"""
    rivals: tuple[str, ...] = ()
    """Files that could be one image and differ in size, so that none was taken"""


def find_layout(paths: Sequence[str], root: Path) -> Search:
    """Return how the images that a benchmark names so lie below `root`; where some of a sample lie as named, so do all.

    A folder whose name has digits is not dropped where the names of files are all that is left, unless what takes its
    place bears that name: the frames of one video must not be taken for those of another. Where images could lie at
    two places, and the files there differ, neither is taken.
    """
    if any((root / path).is_file() for path in _spread(paths, _ENOUGH)):
        return Search(is_found=True)
    named: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        named.setdefault(folder, []).append(name)
    drops = _drops(named, root)
    sample = {folder: named[folder] for folder in _spread(sorted(named), _MOST_SAMPLED)}
    below = _Below(root)
    for level in below.levels(likely={part.casefold() for drop in drops for part in drop.split("/")}):
        hits = {
            ImageLayout(drop, add): count for add in level for drop in drops if (count := below.hits(sample, drop, add))
        }
        if hits:
            layouts = [layout for layout, count in hits.items() if count == max(hits.values())]
            if rivals := _rivals(sample, layouts, root):
                return Search(rivals=rivals)
            return Search(layouts[0], is_found=True)
    tried = ((drop, _without(drop, min(paths))) for drop in drops if paths)
    told = (path for drop, path in tried if path and ("/" in path or below.may_hold_files(drop, "")))
    return Search(tried=tuple(told), folders=below.seen)


def _without(drop: str, path: str) -> str | None:
    """Return what follows the folder `drop` in a path; None where the path does not begin with it."""
    if not drop:
        return path
    return path[len(drop) + 1 :] if path.startswith(f"{drop}/") else None


def _spread(items: Sequence[str], most: int) -> Sequence[str]:
    return items if len(items) <= most else [items[len(items) * place // most] for place in range(most)]


def _drops(folders: Iterable[str], root: Path) -> list[str]:
    """Return what paths may lose, nothing first: what all begin with, and what ends as the path of `root` does."""
    split = sorted(folder.split("/") for folder in folders)
    if not split:
        return [""]
    # What the first and the last in order have in common, all between them have too.
    shared = _in_common(split[0], split[-1])
    drops = ["", *("/".join(split[0][:length]) for length in range(1, shared + 1) if split[0][0])]
    at_end = root.absolute().parts[::-1]
    ends: dict[str, int] = {}
    for parts in split:
        for length in range(shared + 1, len(parts) + 1):
            if parts[length - 1] == at_end[0]:
                ends["/".join(parts[:length])] = _in_common(parts[:length][::-1], at_end)
    best = [drop for drop, length in ends.items() if length == max(ends.values())]
    return drops + (best if len(best) == 1 else [])


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


class _Names(NamedTuple):
    folders: frozenset[str]
    files: frozenset[str]
    is_all: bool


class _Below:
    """The folders below a root, known by their paths relative to it; each is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names = cache(self._read)
        self.seen = 0
        """Folders below the root that were offered as a place of images"""

    def levels(self, likely: set[str]) -> Iterator[list[str]]:
        """Yield the root as "", then its folders, then theirs; in order of name, those called as `likely` first."""
        level = [""]
        yield level
        for _ in range(MOST_LEVELS):
            deeper = (
                f"{above}/{name}" if above else name
                for above in level
                for name in sorted(self._names(above).folders, key=lambda name: (name.casefold() not in likely, name))
                if not name.startswith(".")
            )
            level = list(islice(deeper, MOST_FOLDERS - self.seen))
            self.seen += len(level)
            yield level

    def hits(self, sample: dict[str, list[str]], drop: str, add: str) -> int:
        """Return how many images of a sample, names by folder, lie below `add` without `drop`; at most `_ENOUGH`."""
        hits = 0
        for folder, names in sample.items():
            inside = _without(drop, f"{folder}/" if folder else "")
            where = None if inside is None else self._place(drop, add, inside.removesuffix("/"))
            if where is None:
                continue
            there = self._names(where)
            if there.is_all:
                hits += len(there.files.intersection(names))
            else:
                hits += sum((self._root / where / name).is_file() for name in _spread(names, _ENOUGH))
            if hits >= _ENOUGH:
                return _ENOUGH
        return hits

    def may_hold_files(self, drop: str, add: str) -> bool:
        """Say whether the files of the folder `drop` may lie in `add`: not where the two seem videos of a kind."""
        dropped, here = drop.rpartition("/")[2], (self._root / add).absolute().name
        return not any(map(str.isdigit, dropped)) or here.casefold() == dropped.casefold()

    def _place(self, drop: str, add: str, inside: str) -> str | None:
        """Return the folder `inside` of `add`; None where there is none, or it may be that of other images."""
        if not inside:
            return add if self.may_hold_files(drop, add) else None
        above = self._names(add)
        if above.is_all and inside.partition("/")[0] not in above.folders:
            return None
        return f"{add}/{inside}" if add else inside

    def _read(self, folder: str) -> _Names:
        """Return the names in a folder, or the first of very many; none where it is no folder."""
        folders: set[str] = set()
        files: set[str] = set()
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in islice(entries, _MOST_NAMES):
                    (folders if entry.is_dir() else files).add(entry.name)
        except OSError:
            pass
        return _Names(frozenset(folders), frozenset(files), len(folders) + len(files) < _MOST_NAMES)


def _rivals(sample: dict[str, list[str]], layouts: Sequence[ImageLayout], root: Path) -> tuple[str, ...]:
    """Return the places of an image that lies at several and differs in size; none where no image does."""
    for folder, names in sample.items() if len(layouts) > 1 else ():
        for name in _spread(names, _ENOUGH):
            image = f"{folder}/{name}" if folder else name
            places = dict.fromkeys(layout.path(image) for layout in layouts)
            sizes = {place: (root / place).stat().st_size for place in places if (root / place).is_file()}
            if len(set(sizes.values())) > 1:
                return tuple(sizes)
    return ()
