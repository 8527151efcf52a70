"""What members can do here, and what there is: each answer fits a phone screen."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated
from zlib import crc32

from lizheng import (
    Area,
    Choice,
    Command,
    Context,
    Declined,
    Feature,
    Form,
    GroupContext,
    GroupMet,
    Role,
    Words,
    drawing,
)
from lizheng.parts.administration import Administration, Switchable
from lizheng.parts.page import FIRST, PageNumber
from plugins.control import card as cards
from plugins.control import texts
from plugins.control.naming import named
from plugins.control.screen import MOST_LINES, WIDTH, rows, shortened, width

FEW = 3
"""A command with more forms than this shows one example for all of them."""
SHOWN_SECONDS = 60
AREAS = Choice(*Area, texts.ELSEWHERE)


class Topic:
    """A feature or one of its commands, by any of its names."""

    label = "<功能|命令>"

    def __init__(self, feature: Feature, command: Command | None = None):
        self.feature = feature
        self.command = command

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "Topic":
        name = words.rest().lstrip("/／").casefold()
        everything = Administration(ctx)
        if (command := everything.command(name)) and (feature := everything.feature(command.feature.id)):
            return cls(feature, command)
        features = everything.features
        commands = (command.name for feature in features for command in usable(ctx, feature))
        return cls(named(features, name, texts.TOPICS, commands))

    @classmethod
    def known(cls, ctx: Context) -> Iterator[str]:
        for feature in Administration(ctx).features:
            yield feature.title
            for command in feature.commands:
                yield command.name


def usable(ctx: Context, feature: Feature) -> list[Command]:
    """The commands of a feature of which the asker may use at least one form, here and now."""
    return Administration(ctx).usable(ctx, feature)


async def overview(ctx: Context) -> None:
    """A paragraph per feature that is on; where that does not fit a phone, one line, and single commands share lines."""
    found = [(feature, usable(ctx, feature)) for feature in Administration(ctx).features]
    full = [line for feature, commands in found if commands for line in _paragraph(feature.title, commands)]
    lines = _on_one_screen([texts.HELP], full, *_compact(found))
    if drawing.is_installed() and rows([texts.HELP, *lines, texts.HELP_CARD]) <= MOST_LINES:
        lines.append(texts.HELP_CARD)
    await ctx.say("{lines}", lines="\n".join([texts.HELP, *lines]))


async def card(ctx: Context) -> None:
    """Everything the asker may use as a picture, with what each command is for; the same card once a minute."""
    if not drawing.is_installed():
        raise Declined(texts.NO_CARD)
    found = cards.blocks([(feature, usable(ctx, feature)) for feature in Administration(ctx).features])
    drawn = await cards.as_sheet(found).draw()
    if drawn is None:
        raise Declined(texts.CARD_FAILED)
    if not ctx.now_and_then(f"card:{ctx.answers_to}:{crc32(drawn.content)}", SHOWN_SECONDS):
        raise Declined(texts.CARD_AGAIN)
    await ctx.say(texts.CARD_SAID, title=texts.CARD, card=drawn)


def _paragraph(title: str, commands: list[Command]) -> list[str]:
    """All the commands of a feature, after its title where one line takes both."""
    one = f"{title}：{' '.join(f'/{command.name}' for command in commands)}"
    if width(one) <= WIDTH:
        return [one]
    return [f"{title}：", *_flowing(commands)]


def _compact(found: list[tuple[Feature, list[Command]]]) -> Iterator[list[str]]:
    """A line for each feature, single commands in common ones; then ever more features, the last first, as titles only."""
    several = [(feature.title, commands) for feature, commands in found if len(commands) > 1]
    single = _flowing([commands[0] for _, commands in found if len(commands) == 1])
    for shown in range(len(several), -1, -1):
        titles = _in_lines([title for title, _ in several[shown:]], "　")
        yield [*(_labelled(title, commands) for title, commands in several[:shown]), *titles, *single]


def _labelled(title: str, commands: list[Command]) -> str:
    """The feature and its commands, ending in an ellipsis where the line is full."""
    line, taken = f"{title}：", len(title) + 1
    for number, command in enumerate(commands):
        taken += len(command.name) + 1
        last = number == len(commands) - 1
        if taken > WIDTH - (not last):
            return f"{line}…"
        line += f"/{command.name}" + ("" if last else " ")
    return line


def _flowing(commands: list[Command]) -> list[str]:
    return _in_lines(list(map(_called, commands)), " ")


def _called(command: Command) -> str:
    return f"/{command.name}"


def _in_lines(words: list[str], gap: str) -> list[str]:
    """As many in each line as it takes."""
    lines: list[str] = []
    for word in words:
        if lines and width(line := f"{lines[-1]}{gap}{word}") <= WIDTH:
            lines[-1] = line
        else:
            lines.append(word)
    return lines


async def topic(ctx: Context, about: Topic) -> None:
    """How a command is used, or what the commands of a feature that the asker may use are for."""
    feature, namesake = about.feature, about.command is not None and about.command.name == about.feature.title
    summary = about.command.summary if about.command and not namesake else feature.summary
    if not Administration(ctx).is_on(feature):
        along = Administration(ctx).opened_with(feature)
        template = texts.TOPIC_ALONG if along else texts.TOPIC_OFF
        await ctx.say(template, summary=summary, title=feature.title, along=along)
        return
    commands = [about.command] if about.command else usable(ctx, feature) or feature.commands
    allowed, refusal = _allowed(ctx, commands)
    if not allowed:
        raise Declined(refusal)
    if len(commands) == 1:
        others = [c for c in usable(ctx, feature) if c is not about.command] if namesake else []
        lines = _on_one_screen(
            [summary],
            [*_usages(allowed), *map(_summed_up, others)],
            [*_usages(allowed), *_flowing(others)],
            [*(shortened(form.usage) for form in allowed), *_flowing(others)],
            _in_lines([*(shortened(form.usage) for form in allowed), *map(_called, others)], "　"),
        )
    else:
        example = texts.COMMANDS_END.format(example=_intricate(ctx, commands).name)
        lines = _on_one_screen([summary, example], list(map(_summed_up, commands)), _flowing(commands))
        lines = [*lines, example]
    await ctx.say(texts.TOPIC, summary=summary, lines="\n".join(lines))


def _on_one_screen(around: list[str], *ways: list[str]) -> list[str]:
    """The first of these ways to say it that a phone shows at once with what stands around it, else the last."""
    return next((lines for lines in ways if rows([*around, *lines]) <= MOST_LINES), ways[-1])


def _intricate(ctx: Context, commands: list[Command]) -> Command:
    """The one there is most to say about; not the command that this is the answer to."""
    this = ctx.command.name if ctx.command else ""
    return max((c for c in commands if c.name != this), key=lambda c: len(c.forms), default=commands[0])


def _allowed(ctx: Context, commands: list[Command]) -> tuple[list[Form], str]:
    """The forms the asker may use, and what to answer when there are none."""
    verdicts = {form: Administration(ctx).may(ctx, form) for command in commands for form in command.forms}
    refusal = next((verdict.sentence for verdict in verdicts.values()), texts.NOT_HERE)
    return [form for form, verdict in verdicts.items() if verdict.allowed], refusal


def _summed_up(command: Command) -> str:
    return shortened(f"/{command.name} {_clause(command.summary)}")


def _usages(forms: list[Form]) -> list[str]:
    """A line for each form with its example, or many of them with one example below."""
    lines = [form.usage + ("" if form.role is Role.MEMBER else f"（{form.role.label}）") for form in forms]
    examples = ["" if form.example == form.usage else f" 例：{form.example}" for form in forms]
    if len(forms) <= FEW:
        return [line + example for line, example in zip(lines, examples, strict=True)]
    return [*lines, *(example.strip() for example in examples if example)][: len(lines) + 1]


async def features(ctx: Context, page: PageNumber = FIRST) -> None:
    """Every feature with its switch, plugins of others included; whoever may switch is told how.

    With what each is for where a phone has room, else by area, on as many pages as that takes.
    """
    hint = texts.SWITCHING if ctx.role >= Role.ADMIN else texts.EXPLAINING
    heading = texts.FEATURES.format(hint=hint)
    found = Administration(ctx).switchables()
    lines = _on_one_screen([heading], _told(found), _in_lines(list(map(_marked, found)), "　"))
    if rows([heading, *lines]) > MOST_LINES:
        lines = by_area(found)
    pages = [lines[at : at + MOST_LINES - 2] for at in range(0, len(lines), MOST_LINES - 2)]
    if len(lines) < MOST_LINES:
        pages = [lines]
    if not 1 <= page <= len(pages):
        raise Declined(texts.NO_SUCH_PAGE.format(page=page, pages=len(pages)))
    more = (
        [texts.MORE_FEATURES.format(page=page, pages=len(pages), next=page + 1)] if page < len(pages) else []
    )
    await ctx.say("{lines}", lines="\n".join([heading, *pages[page - 1], *more]))


async def features_of(ctx: Context, area: Annotated[str, AREAS]) -> None:
    """The features of one area, with what each is for."""
    found = [s for s in Administration(ctx).switchables() if (s.area or texts.ELSEWHERE) == area]
    if not found:
        raise Declined(texts.NONE_THERE.format(area=area))
    await ctx.say("{lines}", lines="\n".join([texts.AREA.format(area=area), *_told(found)]))


def _marked(one: Switchable) -> str:
    return f"{'●' if one.on else '○'} {one.title}"


def _told(found: Sequence[Switchable]) -> list[str]:
    return [shortened(f"{_marked(s)}：{_clause(s.summary)}") for s in found]


def by_area(found: Sequence[Switchable]) -> list[str]:
    """Each area begins a line of its own."""
    lines: list[str] = []
    for area in AREAS.options:
        marks = [_marked(s).replace(" ", "") for s in found if (s.area or texts.ELSEWHERE) == area]
        if marks:
            lines += _in_lines([f"{area}：{marks[0]}", *marks[1:]], " ")
    return lines


def _clause(summary: str) -> str:
    """Its beginning, up to the first pause that is more than a list's."""
    return re.split("[，；：。\n]", summary, maxsplit=1)[0]


async def introduce(ctx: GroupContext, met: GroupMet) -> None:
    titles = [f.title for f in Administration(ctx).features if not (f.always_on or f.hidden or f.opt_in)]
    await ctx.say(texts.INTRODUCTION, titles="、".join(titles))
