"""What holds in a group for a feature's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nonebot import logger
from pydantic import BaseModel, ValidationError

from lizheng.grammar import WeeklySpans, parse_weekly
from lizheng.groups.choices import GroupState
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.settings import Setting, settings_of


class SettingsReader:
    """Settings models by group: code default, then the host's environment, then the group's own choice."""

    def __init__(self, environment: Mapping[str, Mapping[str, Any]]):
        """`environment` is `{feature id: {field: raw value}}`, as the host read it."""
        self._environment = environment
        self._kept: dict[tuple[int, str], tuple[GroupState, int, BaseModel]] = {}

    def read(self, feature: FeatureInfo, group: GroupState) -> BaseModel:
        """The feature's settings in this group; kept until the group changes something."""
        if feature.settings is None:
            raise TypeError(f"{feature.id} declares no settings")
        kept = self._kept.get((group.id, feature.id))
        if kept is not None and kept[0] is group and kept[1] == group.revision:
            return kept[2]
        values = dict(self.defaults(feature))
        stored = {f: v for (owner, f), v in group.settings.items() if owner == feature.id}
        model = self._build(feature, values, stored)
        self._kept[group.id, feature.id] = (group, group.revision, model)
        return model

    def default(self, feature: FeatureInfo, setting: Setting) -> Any:
        """What holds where a group has chosen nothing."""
        return self.defaults(feature).get(setting.name, setting.default)

    def defaults(self, feature: FeatureInfo) -> dict[str, Any]:
        """What the host's environment sets, parsed; an empty value sets nothing.

        Raises `Misread` for a value that does not fit.
        """
        raw = {k.lower(): v for k, v in self._environment.get(feature.id, {}).items() if v != ""}
        return {s.name: s.parse(str(raw[s.name])) for s in settings_of(feature) if s.name in raw}

    def _build(self, feature: FeatureInfo, values: dict[str, Any], stored: Mapping[str, Any]) -> BaseModel:
        assert feature.settings is not None
        for setting in settings_of(feature):
            if setting.name in stored:
                value = stored[setting.name]
                if setting.kind is WeeklySpans:
                    value = parse_weekly(value) if value else WeeklySpans(())
                values[setting.name] = value
        try:
            return feature.settings.model_validate(values)
        except ValidationError as error:
            # An upgrade may have narrowed what an older version stored.
            unfit = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
            logger.error(
                "settings of {} no longer fit and fall back: {}", feature.id, "、".join(sorted(unfit))
            )
            return feature.settings.model_validate({k: v for k, v in values.items() if k not in unfit})
