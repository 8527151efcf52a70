"""What all features together keep about people."""

from __future__ import annotations

from collections.abc import Iterable

from lizheng.plugin.feature import Feature
from lizheng.plugin.retention import Keep


def kept_by(features: Iterable[Feature]) -> list[Keep]:
    """List everything that these features, the kit's own among them, keep about people."""
    return [keep for feature in features for keep in feature.keeps]
