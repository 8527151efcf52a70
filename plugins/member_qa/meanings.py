"""Nearness in meaning for groups, where the extra `semantic` is installed: worked out beside the loop and kept as files."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from nonebot import logger

from lizheng import GroupContext
from lizheng.media.pictures import folder
from lizheng.text import fold
from plugins.member_qa.finding import Index, Verifier, meaning, shipped
from plugins.member_qa.finding.finder import Sense
from plugins.member_qa.finding.terms import ASSETS

BATCH = 16
KNOWLEDGE = "verifier-meaning"


class Meanings:
    """The vectors of the indexes in use. While those of an index are not worked out, it is searched by letters alone."""

    def __init__(self) -> None:
        self.verifier: Verifier | None = None
        self._tables: WeakKeyDictionary[Index, tuple[int, meaning.Table]] = WeakKeyDictionary()
        self._working: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(1)

    async def begin(self, host: object) -> None:
        taught = (ASSETS / f"{KNOWLEDGE}.json.gz").is_file()
        self.verifier = shipped(KNOWLEDGE) if taught and meaning.available() else None
        self._tables.clear()
        for work in self._working:
            work.cancel()
        self._gate = asyncio.Semaphore(1)

    async def sense(self, ctx: GroupContext, index: Index, text: str) -> Sense | None:
        """How near the index's wordings are to a question, or None where that is not known (yet)."""
        if self.verifier is None or not len(index):
            return None
        kept = self._tables.get(index)
        if kept is None or kept[0] != index.revision:
            if not self._working:
                work = asyncio.create_task(self._learn(folder(ctx), ctx.group.id, index))
                self._working.add(work)
                work.add_done_callback(self._working.discard)
            return None
        async with self._gate:
            vectors = await asyncio.to_thread(meaning.encode, [fold(text)])
        return kept[1].sense(vectors[0])

    async def _learn(self, folder: Path, group_id: int, index: Index) -> None:
        """Make the table of an index as it is now, a few wordings at a time; a failure leaves the search by letters."""
        revision, rows = index.revision, list(index.wordings())
        file = folder / f"{group_id}-{meaning.MODEL}.vectors.npz"
        try:
            known = await asyncio.to_thread(_read, file)
            texts = list(dict.fromkeys(wording.folded for _, wording in rows))
            missing = [text for text in texts if text not in known]
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                async with self._gate:
                    known.update(zip(batch, await asyncio.to_thread(meaning.encode, batch), strict=True))
            if missing:
                await asyncio.to_thread(_write, file, {text: known[text] for text in texts})
            vectors = await asyncio.to_thread(_stack, [known[wording.folded] for _, wording in rows])
        except (OSError, ValueError, RuntimeError) as error:
            logger.error(
                "lizheng: the vectors of group {} cannot be made: {}", group_id, type(error).__name__
            )
            return
        self._tables[index] = (revision, meaning.Table(rows, vectors))


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    with importlib.import_module("numpy").load(file, allow_pickle=False) as stored:
        return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))


def _write(file: Path, known: dict[str, Any]) -> None:
    numpy = importlib.import_module("numpy")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part.npz")
    vectors = numpy.stack(list(known.values())).astype("float16")
    numpy.savez(partial, texts=numpy.array(list(known)), vectors=vectors)
    partial.replace(file)


def _stack(vectors: Sequence[Any]) -> Any:
    return importlib.import_module("numpy").stack(vectors).astype("float32")
