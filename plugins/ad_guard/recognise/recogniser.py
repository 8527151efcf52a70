"""Judging one message: the shipped weights, the group's lessons, what else is known about the sender, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from pathlib import Path
from typing import NamedTuple

from . import learning
from .evidence import Evidence, find
from .features import Features, extract
from .learning import GroupModel, Opinion
from .model import Model, load

_STEEPNESS = 2.5
_NEWCOMER = 0.12
_NICKNAME = 0.2
_KNOWN_AD = 1.2
_KNOWN_HARMLESS = 3.0
_NO_OPINION = Opinion()
LONG, SPAN, STRETCH, STEP = 96, 192, 48, 12
"""Characters: what is longer is looked at in stretches too. One of 36 is whole in one of them."""
MOST_STRETCHES = 3


class Judgement(NamedTuple):
    """`score` 0..1, 0.5 is the line for `ad`; `certain` may be punished; `suspect` is worth an admin's look.

    `why` is in Chinese, strongest first, and empty below `suspect`.
    """

    score: float
    ad: bool
    certain: bool
    suspect: bool
    why: list[str]


class Recogniser:
    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(cls, path: Path | str) -> Recogniser:
        """Read the weight file. Raises ModelError when it is not one, OSError when it is missing."""
        return cls(load(Path(path)))

    def judge(
        self,
        text: str,
        *,
        newcomer: bool = False,
        nick_suspicion: float = 0.0,
        evidence: Iterable[Evidence] = (),
        learned: GroupModel | None = None,
    ) -> Judgement:
        """Judge what one member wrote. Priors about the sender never make a message certain by themselves.

        In a long message talk all around would hide an advertisement: up to three stretches of it that name a trade and
        a way to reach someone are judged by themselves too, and count where they are certain.
        """
        extra = list(evidence)
        if not text.strip() and not extra:
            return Judgement(0.0, False, False, False, [])
        whole, known = self._judge(text, newcomer, nick_suspicion, extra, learned)
        if len(text) <= LONG or whole.certain or known:
            return whole
        stretches = [text[start : start + STRETCH] for start in self._likeliest(text)]
        parts = [self._judge(part, newcomer, nick_suspicion, extra, learned)[0] for part in stretches]
        return max([whole, *(part for part in parts if part.certain)], key=lambda judged: judged.score)

    def _likeliest(self, text: str) -> list[int]:
        """Where the stretches with the most to point at begin; looked for roughly first, as a message may be very long."""
        rough = sorted(self._weighed(text, 0, len(text), SPAN, SPAN - STRETCH))[:MOST_STRETCHES]
        starts: list[int] = []
        for _, start in rough:
            found = self._weighed(text, start, min(start + SPAN, len(text)), STRETCH, STEP)
            best = [at for weight, at in found if weight == min(found)[0]]
            if best:
                starts.append(best[len(best) // 2])
        return starts

    def _weighed(self, text: str, first: int, last: int, size: int, step: int) -> list[tuple[int, int]]:
        """Stretches of this size that name a trade and a way to reach someone, the heaviest lowest, and where each begins."""
        found: list[tuple[int, int]] = []
        for start in range(first, max(last - size, first) + step, step):
            seen = find(self.model.tables.flat(text[start : start + size]))
            if seen.contacts and seen.trades:
                found.append((-2 * len(seen.contacts) - len(seen.trades), start))
        return found

    def _judge(
        self,
        text: str,
        newcomer: bool,
        nick_suspicion: float,
        extra: list[Evidence],
        learned: GroupModel | None,
    ) -> tuple[Judgement, bool]:
        """The judgement, and whether the group was taught about these very words."""
        features = extract(text, self.model.tables)
        parts = self.model.parts(features)
        base = sum(parts) + self.model.bias
        opinion = learned.opinion(features, self.model) if learned else _NO_OPINION
        margin = base + opinion.margin + sum([item.weight for item in extra])
        limits = self.model.thresholds
        if opinion.match is True:
            margin = max(margin, limits.ad + _KNOWN_AD / 4) + _KNOWN_AD / 4
        elif opinion.match is False:
            margin = min(margin, limits.ad) - _KNOWN_HARMLESS
        certain = margin >= limits.certain
        if margin > limits.suspect:
            margin += _NEWCOMER * newcomer + _NICKNAME * min(max(nick_suspicion, 0.0), 1.0)
        suspect = margin >= limits.suspect
        score = round(_squash(_STEEPNESS * (margin - limits.ad)), 6)
        known = opinion.match is not None
        if not suspect:
            return Judgement(score, False, False, False, []), known
        why = reasons(features, parts, opinion, extra, newcomer, nick_suspicion)
        return Judgement(score, margin >= limits.ad, certain, True, why), known

    def teach(self, group: GroupModel, text: str, is_ad: bool) -> None:
        """Take 是广告 (True) or 误判 (False) for `text` into the group's model."""
        features = extract(text, self.model.tables)
        margin = sum(self.model.parts(features)) + self.model.bias
        group.learn(learning.digest_of(text), features, self.model, margin, is_ad)

    def forget(self, group: GroupModel, text: str) -> bool:
        """Undo what was taught for exactly this text; False when nothing was."""
        return group.forget(learning.digest_of(text))


def _squash(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -60 else 0.0


def reasons(
    features: Features,
    parts: tuple[float, float, float],
    opinion: Opinion,
    extra: list[Evidence],
    newcomer: bool,
    nick_suspicion: float,
) -> list[str]:
    """Sentences for admins, strongest first; they name kinds of things and never repeat the message."""
    letters, sounds, look = parts
    found: list[tuple[float, str]] = [(item.weight + 1.5, item.why) for item in extra]
    if opinion.match is not None:
        found.append((9.0, "和本群教过的广告几乎一样" if opinion.match else "和本群标过误判的消息几乎一样"))
    elif abs(opinion.margin) > 0.2:
        found.append(
            (2 + opinion.margin, "像本群教过的广告" if opinion.margin > 0 else "像本群标过误判的消息")
        )
    found += [(1.4 - 0.1 * place, why) for place, why in enumerate(features.findings.reasons())]
    # Said after what can be pointed at, however strongly the words, written or read aloud, speak.
    found.append((min(0.5 + max(letters, sounds), 0.8), "用词像广告"))
    if look > 0.3:
        found.append((0.4 + look, "写法像在躲检查" if _disguised(features) else "排版像广告"))
    if newcomer:
        found.append((0.4, "刚进群不久"))
    if nick_suspicion >= 0.5:
        found.append((0.6, "昵称像批量加人的营销号"))
    if features.findings.warning:
        found.append((0.1, "也有提醒、警示的说法"))
    return [why for weight, why in sorted(found, key=lambda pair: -pair[0]) if weight > 0.05][:6]


def _disguised(features: Features) -> bool:
    """Invisible or combining characters, full-width or styled Latin."""
    return any((ord(unit) - 0x1000) >> 4 in (6, 7, 9, 11, 12, 17) for unit in features.folded.shape)
