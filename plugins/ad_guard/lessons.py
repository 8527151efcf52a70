"""What each group has taught: in memory for every message, in the database for good."""

from __future__ import annotations

from typing import Any

from nonebot import logger

from lizheng import after_commit, readable
from plugins.ad_guard.models import Lessons
from plugins.ad_guard.recognise import GroupModel, Recogniser
from plugins.ad_guard.recognise.learning import digest_of


class LessonBook:
    """The lessons of all groups."""

    def __init__(self) -> None:
        self._models: dict[int, GroupModel] = {}
        self.revision = 0
        """Grows with every lesson of any group."""

    def of(self, group_id: int) -> GroupModel | None:
        """None where nothing was taught."""
        return self._models.get(group_id)

    async def load(self, group_id: int | None = None) -> None:
        """Read what was taught, everywhere or in one group."""
        self.revision += 1
        if group_id is None:
            self._models.clear()
        else:
            self._models.pop(group_id, None)
        for row in await readable(Lessons.filter(**({} if group_id is None else {"group_id": group_id}))):
            try:
                self._models[row.group_id] = GroupModel.from_json(row.taught)
            except Exception as error:
                logger.error("lizheng: the lessons of group {} cannot be read: {}", row.group_id, error)

    async def teach(
        self, recogniser: Recogniser, group_id: int, text: str, is_ad: bool | None
    ) -> bool | None:
        """Take a lesson, or with None forget the one about this text; returns what was taught before.

        Call inside an atomic: messages are judged by it once that has committed.
        """
        known = self._models.get(group_id)
        changed = GroupModel.from_json(known.to_json()) if known else GroupModel()
        before = next((one.is_ad for one in changed.lessons if one.digest == digest_of(text)), None)
        if is_ad is None:
            recogniser.forget(changed, text)
        else:
            recogniser.teach(changed, text, is_ad)
        kept: dict[str, Any] = {"taught": changed.to_json()}
        await Lessons.update_or_create(kept, group_id=group_id)

        def swap() -> None:
            self.revision += 1
            if changed:
                self._models[group_id] = changed
            else:
                self._models.pop(group_id, None)

        after_commit(swap)
        return before
