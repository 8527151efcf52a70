"""What the plugins' `texts.py` promise: every sentence is read somewhere, and every command they name is one."""

from __future__ import annotations

from typing import Any

from lizheng import Context, Declined, Role
from lizheng.adapter.events import GroupMessage
from lizheng.grammar import Misread
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from tests.support.named_commands import Named, named_commands
from tests.support.seen_texts import UNSEEN, is_seen, unseen

MOST_UNSEEN = 60
"""May only get smaller."""
QUOTING = {"/拒绝 内容太长", "/拒绝收款 没看到红包"}
"""Examples of what is sent as an answer to a message, which then stands for the number."""
LEFT = {"/申诉"}
"""「再发一次 /申诉」 leaves the reason out."""


def test_every_sentence_is_written_out_in_some_conversation() -> None:
    """Those that are not yet are listed; `python -m tests.support.seen_texts` writes the list anew, shorter."""
    listed = UNSEEN.read_text("utf-8").split()
    found = unseen()
    assert sorted(set(found) - set(listed)) == [], "write these sentences out in a conversation"
    assert sorted(set(listed) - set(found)) == [], "seen by now, or gone: take them off the list"
    assert len(listed) <= MOST_UNSEEN


def test_what_is_left_out_is_not_seen() -> None:
    assert is_seen("{who} 想上广告贴：「{text}」{aside}")
    assert not is_seen("{who} 想上广告贴：「{text}」，而这里没有人这样说过")


async def test_every_command_a_text_names_is_one(stage: HostStage) -> None:
    """Typed as it stands there by an owner, it is read: its name is known, and its words fit a form."""
    player = Player(stage)
    found = list(named_commands())
    assert len([named for named in found if named.whole]) > 100
    wrong = [
        f"{named.where}: {named}: {why}"
        for named in found
        if str(named) not in LEFT and (why := await refusal(player, named))
    ]
    assert wrong == []


async def test_every_example_is_accepted(stage: HostStage) -> None:
    player = Player(stage)
    examples = {
        form.example
        for feature in stage.host.features.values()
        for command in feature.commands
        for form in command.forms
    }
    wrong = [
        f"{example}: {why}"
        for example in sorted(examples)
        if (why := await refusal(player, as_typed(example))) and example not in QUOTING
    ]
    assert wrong == []


def as_typed(example: str) -> Named:
    name, *words = example.removeprefix("/").split(" ")
    return Named("example", name, tuple(words))


async def refusal(player: Player, named: Named) -> str:
    """Why this would not be read when the owner of the group sent it; nothing when it would."""
    host = player.stage.host  # type: ignore[attr-defined]
    command = host.commands.command(named.name)
    if command is None:
        return "no such command"
    if not named.whole:
        return ""
    segments: list[dict[str, Any]] = [{"type": "text", "data": {"text": f"/{named.name} "}}]
    for word in named.words:
        if word.startswith("@"):
            segments.append({"type": "at", "data": {"qq": str(player.person(word[1:]))}})
        else:
            segments.append({"type": "text", "data": {"text": f" {word} "}})
    event = said(player, segments)
    group = host.groups[int(player.group.group_id)]
    ctx = Context(host, group, command.feature, event, role=Role.OWNER, quoted=None)
    match = host.commands.find(ctx, host.commands.called(event.get_message()) or "")
    try:
        await command.choose(ctx, command.candidates(match.words), match.words)
    except Misread as misread:
        return misread.sentence
    except Declined:
        return ""
    return ""


def said(player: Player, segments: list[dict[str, Any]]) -> GroupMessage:
    """A message of the group's owner, as the adapter reads it."""
    caught: list[dict[str, Any]] = []
    outlets = player.world.outlets[:]
    player.world.outlets[:] = [caught.append]
    try:
        player.world.say(player.group.group_id, player.person("群主"), segments)
    finally:
        player.world.outlets[:] = outlets
    return GroupMessage.model_validate(next(one for one in caught if one.get("post_type") == "message"))
