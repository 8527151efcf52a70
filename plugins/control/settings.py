"""`/设置`: any feature's settings, from its own model."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field

from lizheng import Context, Declined, Feature, Misread, Word, Words
from lizheng.parts.administration import Administration, Setting, settings_of
from lizheng.parts.announcements import Talking
from plugins.control import texts
from plugins.control.naming import named
from plugins.control.screen import MOST_LINES, packed, shortened

DEFAULT = ("默认", "default")
MOST_SHOWN = MOST_LINES - 3
"""Settings, each on a line of its own, beside the heading and how one is read and changed."""
LONGEST = 40
"""Characters of a value that an example shows."""


class Records(BaseModel):
    records: int = Field(6, ge=1, le=30, title="记录条数", description="/记录 一次显示几条，1 到 30。")


class Settings(Talking, Records):
    """What `/记录` shows, then what the bot says by itself: fields of the last base come first."""


class Configurable:
    """One of our features, by title or id."""

    label = "<功能>"

    def __init__(self, feature: Feature):
        self.feature = feature

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "Configurable":
        return cls(named(Administration(ctx).features, words.word() or ""))

    @classmethod
    def known(cls, ctx: Context) -> Iterator[str]:
        for feature in Administration(ctx).features:
            yield feature.title


def _find(feature: Feature, name: str) -> Setting:
    found = settings_of(feature)
    if not found:
        raise Declined(texts.NO_SETTINGS.format(title=feature.title))
    for setting in found:
        if name.casefold() in (setting.title.casefold(), setting.name.casefold()):
            return setting
    names = "、".join(s.title for s in found)
    sentence = texts.NO_SETTING.format(title=feature.title, name=name[:12], names=names)
    raise Misread(sentence, _called(feature, found[0]))


def _called(feature: Feature, setting: Setting, value: str = "") -> str:
    return f"/设置 {feature.title} {setting.title} {value}".strip()


def sample(setting: Setting, now: Any) -> str:
    """A value to show as an example: another than the present one where there are few, else the default, if it is short."""
    if setting.info.examples:
        return str(setting.info.examples[0])
    if get_origin(setting.kind) is Literal:
        return next(option for option in get_args(setting.kind) if option != now)
    if setting.kind is bool:
        return setting.show(not now)
    shown = setting.show(setting.default)
    empty = shown == setting.show(None)
    return DEFAULT[0] if empty or "\n" in shown or len(shown) > LONGEST else shown


async def show(ctx: Context, of: Configurable, name: Annotated[Word | None, "项"] = None) -> None:
    feature = of.feature
    if name:
        setting = _find(feature, name)
        value = getattr(Administration(ctx).values(feature), setting.name)
        default = Administration(ctx).default(feature, setting)
        told = texts.DEFAULT_IS.format(default=setting.show(default))
        await ctx.say(
            texts.SETTING,
            name=setting.title,
            value=setting.show(value),
            default=texts.DEFAULT if value == default else told,
            description=setting.description,
            example=_called(feature, setting, sample(setting, value)),
        )
        return
    if feature.settings is None:
        raise Declined(texts.NO_SETTINGS.format(title=feature.title))
    values = Administration(ctx).values(feature)
    found = settings_of(feature)
    lines = [shortened(f"{s.title}：{s.show(getattr(values, s.name))}") for s in found]
    shown = "\n".join(packed(lines, MOST_SHOWN))
    await ctx.say(texts.SETTINGS, title=feature.title, lines=shown, name=found[0].title)


async def change(
    ctx: Context, of: Configurable, name: Annotated[Word, "项"], value: Annotated[str, "值"]
) -> None:
    feature = of.feature
    setting = _find(feature, name)
    assert feature.settings is not None
    try:
        wanted = None if value.casefold() in DEFAULT else setting.parse(value)
        record = await ctx.as_feature(feature).change(feature.settings, **{setting.name: wanted})
    except Misread as misread:
        now = getattr(Administration(ctx).values(feature), setting.name)
        example = _called(feature, setting, sample(setting, now))
        raise Misread(misread.sentence, example) from misread
    now = getattr(Administration(ctx).values(feature), setting.name)
    await ctx.say(
        texts.CHANGED, title=feature.title, name=setting.title, value=setting.show(now), number=record.number
    )
