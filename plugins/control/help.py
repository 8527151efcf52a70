"""What members can do here, and what there is."""

from collections.abc import Iterator

from lizheng import Context, Declined, Feature, GroupContext, GroupMet, Words
from lizheng.commands import Command
from lizheng.gate import may
from lizheng.roles import Role
from plugins.control import texts
from plugins.control.naming import named


class Topic:
    """A feature or one of its commands, by any of its names."""

    label = "<功能|命令>"

    def __init__(self, feature: Feature, command: Command | None = None):
        self.feature = feature
        self.command = command

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "Topic":
        name = words.rest().lstrip("/／").casefold()
        if command := ctx.host.lookup.command(name):
            return cls(command.feature, command)
        return cls(named(ctx.host.features.values(), name, texts.NO_TOPIC))

    @classmethod
    def known(cls, ctx: Context) -> Iterator[str]:
        for feature in ctx.host.features.values():
            yield feature.title
            for command in feature.commands:
                yield command.name


def usable(ctx: Context, feature: Feature) -> list[Command]:
    """The commands of a feature of which the asker may use at least one form, here and now."""
    return [
        command
        for command in feature.commands
        if any(may(ctx.group, feature, form, ctx.role).allowed for form in command.forms)
    ]


async def overview(ctx: Context) -> None:
    """One line per feature that is on."""
    lines = [
        f"{feature.title}：{' '.join(f'/{c.name}' for c in commands)}"
        for feature in ctx.host.features.values()
        if (commands := usable(ctx, feature))
    ]
    await ctx.say(texts.HELP, lines="\n".join(lines))


async def topic(ctx: Context, about: Topic) -> None:
    """The usage lines of a command, or of all of a feature's that the asker may use."""
    commands = [about.command] if about.command else usable(ctx, about.feature)
    lines: list[str] = []
    verdicts = []
    for command in commands:
        for form in command.forms:
            verdict = may(ctx.group, about.feature, form, ctx.role)
            verdicts.append(verdict)
            if verdict.allowed:
                who = "" if form.role is Role.MEMBER else f"（{form.role.label}）"
                lines.append(f"{form.usage}{who} 例：{form.example}")
    if not lines:
        sentence = next((v.sentence for v in verdicts if v.sentence), "") or texts.NOT_HERE
        raise Declined(sentence)
    summary = about.command.summary if about.command else about.feature.summary
    await ctx.say(texts.TOPIC, summary=summary, lines="\n".join(lines))


async def features(ctx: Context) -> None:
    """Every feature with its switch, plugins of others included."""
    lines = [f"{'●' if s.on else '○'} {s.title}：{s.summary}" for s in ctx.host.register.switchables(ctx.group)]
    await ctx.say(texts.FEATURES, lines="\n".join(lines))


async def introduce(ctx: GroupContext, met: GroupMet) -> None:
    titles = [f.title for f in ctx.host.features.values() if not (f.always_on or f.hidden)]
    await ctx.say(texts.INTRODUCTION, titles="、".join(titles))
