# pyright: reportMissingImports=false
"""Vectors of questions for training and measuring, worked out once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench.qa_rows import finding


class Meanings:
    """A vector for every text that was asked for; `kept` is a file they outlive the run in."""

    def __init__(self, kept: Path | None = None):
        self._kept = kept
        self._known: dict[str, Any] = {}
        self._tables: dict[Any, Any] = {}
        if kept and kept.exists():
            stored = np.load(kept, allow_pickle=False)
            self._known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def vectors(self, texts: list[str]) -> Any:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            found = finding("meaning").encode(missing)
            self._known.update(zip(missing, found, strict=True))
        return np.stack([self._known[text] for text in texts])

    def learn(self, texts: list[str]) -> None:
        """Work out many at once, and keep them."""
        before = len(self._known)
        self.vectors(texts)
        if self._kept and len(self._known) > before:
            np.savez(
                self._kept, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values()))
            )

    def sense(self, index: Any, asked: Any) -> Any:
        """How near the wordings of an index are to this question; the index must not change any more."""
        if index not in self._tables:
            rows = list(index.wordings())
            vectors = self.vectors([wording.folded for _, wording in rows])
            self._tables[index] = finding("meaning").Table(rows, vectors)
        return self._tables[index].sense(self.vectors([asked.folded])[0])
