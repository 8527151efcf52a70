"""What a developer gets wrong in a plugin is said in one sentence that names the plugin, the function and the parameter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nonebot
import pytest
from pydantic import BaseModel, Field

from lizheng import Context, Feature, GroupContext, GroupMet, Member
from lizheng.hooks import violation
from tests.test_docs import importable, unload

ME = rf"^{__name__}\."


@pytest.fixture
def feature() -> Feature:
    return Feature(__name__, "甲", "试写错")


async def no_annotation(ctx: Context, x) -> None: ...  # pyright: ignore[reportMissingParameterType]
async def two_types(ctx: Context, x: int | str) -> None: ...
async def no_kind(ctx: Context, x: dict) -> None: ...
async def many(ctx: Context, *x: str) -> None: ...
async def nothing() -> None: ...
async def no_ctx(who: Member) -> None: ...
async def unknown(ctx: Context, x: Nowhere) -> None: ...  # noqa: F821  # pyright: ignore[reportUndefinedVariable]
def not_async(ctx: Context) -> None: ...


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (no_annotation, "no_annotation: parameter `x` has no annotation, such as `int` or `str`"),
        (two_types, r"two_types: parameter `x` is `int \| str`, but is read as one type only"),
        (
            no_kind,
            "no_kind: parameter `x` is <class 'dict'>, which is no type that a parameter can be read as",
        ),
        (many, "many: parameter `x` takes any number of values"),
        (nothing, "nothing must take `ctx: Context` first"),
        (no_ctx, "no_ctx must take `ctx: Context` first"),
        (unknown, "unknown: name 'Nowhere' is not defined"),
        (not_async, "not_async must be an `async def`"),
    ],
)
def test_a_command_that_cannot_be_read(feature: Feature, handler: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=ME + sentence):
        feature.command("甲", "试", example="/甲 1")(handler)


async def count(ctx: Context, x: int, y: int = 0) -> None: ...


async def maybe(ctx: Context, x: int = 0) -> None: ...


def test_a_form_that_must_be_given_something_has_an_example(feature: Feature) -> None:
    with pytest.raises(ValueError, match=ME + r"count: `/甲 <数字> \[数字\]` needs an `example`"):
        feature.command("甲", "试")(count)
    with pytest.raises(ValueError, match=ME + "count: `/乙 加"):
        feature.command("乙", "试").form(count, word="加")
    feature.command("丙", "试")(maybe)
    feature.command("丁", "试").form(count, example="/丁 1")


async def none_taken() -> None: ...


async def one_taken(ctx: GroupContext) -> None: ...


def sync(ctx: GroupContext, other: Any) -> None: ...


@pytest.mark.parametrize("handler", [none_taken, sync])
def test_what_is_called_later_is_looked_at_now(feature: Feature, handler: Any) -> None:
    declare: dict[str, Any] = {
        "on_message": lambda: feature.on_message(handler),
        "on": lambda: feature.on(GroupMet, handler),
        "on_start": lambda: feature.on_start(handler),
        "job": lambda: feature.job("j", handler),
        "decision": lambda: feature.decision("d", handler),
        "undo": lambda: feature.undo("u", handler),
        "answers": lambda: feature.answers(violation, handler),
    }
    for declaring in declare.values():
        with pytest.raises(TypeError, match=ME + rf"{handler.__name__} must "):
            declaring()
    kept = (feature.jobs, feature.decisions, feature.undos, feature.watches, feature.listeners)
    assert not any(kept)


def test_a_job_takes_its_slot(feature: Feature) -> None:
    with pytest.raises(TypeError, match=ME + r"one_taken must take \(ctx, slot\)"):
        feature.job("j", one_taken)  # pyright: ignore[reportArgumentType]


class Untitled(BaseModel):
    most: int = Field(3, description="最多几个。")


class Bare(BaseModel):
    most: int = Field(title="最多", description="最多几个。")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Untitled, "Untitled.most needs a Chinese `title` and a `description`"),
        (Bare, "Bare.most needs a default"),
    ],
)
def test_a_setting_that_says_too_little(settings: type[BaseModel], sentence: str) -> None:
    with pytest.raises(TypeError, match=ME + sentence):
        Feature(__name__, "甲", "试写错", settings=settings)


PLUGIN = """
from lizheng import Feature

feature = Feature({module}, "写错", "试写错")


{end}
"""
EXPOSED = "__plugin_meta__ = feature.metadata"


@pytest.fixture
def load(listening: Any, tmp_path: Path):
    """Writes and loads a plugin; gives what the host's log says about it."""
    host, *_ = listening
    (tmp_path / "plugins").mkdir()
    names: list[str] = []

    def load(name: str, module: str = "__name__", end: str = EXPOSED) -> list[str]:
        (tmp_path / "plugins" / f"{name}.py").write_text(PLUGIN.format(module=module, end=end), "utf-8")
        names.append(name)
        assert nonebot.load_plugin(f"plugins.{name}") is not None
        said: list[str] = []
        sink = nonebot.logger.add(lambda line: said.append(line.record["message"]), level="ERROR")
        host.registry.take_in()
        nonebot.logger.remove(sink)
        return said

    with importable(tmp_path):
        yield load
        for name in names:
            unload(name)
        host.registry.take_in()


async def test_a_feature_that_is_not_exposed_is_told_of(load: Any, stage: Any) -> None:
    said = load("wrong_hidden", end="")
    assert said == ["plugins.wrong_hidden is left out: it ends without `__plugin_meta__ = feature.metadata`"]
    with pytest.raises(LookupError, match="no plugin that is loaded has the feature 「写错」"):
        await stage.play("开：写错")


async def test_the_first_of_two_with_one_id_stays(load: Any, stage: Any) -> None:
    assert load("wrong_one") == []
    said = load("wrong_two", module="'plugins.wrong_two.wrong_one'")
    assert said == ["plugins.wrong_two.wrong_one is left out: plugins.wrong_one already has the id wrong_one"]
    assert stage.host.features["wrong_one"].module == "plugins.wrong_one"
    assert "pending is left out: lizheng.acts.decisions already has the id pending" in load(
        "wrong_three", module="'pending'"
    )


async def test_a_job_that_is_not_declared_is_not_planned(load: Any, stage: Any) -> None:
    assert load("wrong_job") == []
    ctx = GroupContext(stage.host, stage.host.groups[1], stage.host.features["wrong_job"])
    with pytest.raises(ValueError, match=r"^wrong_job declares no job 'nojob'$"):
        await ctx.plan("nojob", stage.host.now())


DRAWS = """
from lizheng import Context, Duration


@feature.command("写错", "试", example="/写错 1分")
async def draw(ctx: Context, span: Duration) -> None:
    slot = await ctx.plan("draw", ctx.now + span, key="draw")
    await ctx.say("{at}", at=f"{slot.due_at.astimezone(ctx.now.tzinfo):%H:%M}")


async def drawn(ctx, slot) -> None:
    await ctx.say("抽")


feature.job("draw", drawn)
__plugin_meta__ = feature.metadata
"""


async def test_a_key_is_free_again_once_its_job_is_done(load: Any, stage: Any) -> None:
    assert load("wrong_draw", end=DRAWS) == []
    await stage.restart()
    await stage.play("""
开：写错
小王：/写错 5分
里正：12:05
小李：/写错 2分
里正：12:05
【过 5 分】
里正：抽
小李：/写错 2分
里正：12:07
【重启】
【过 2 分】
里正：抽
【过 1 天】
""")


async def test_a_setting_that_is_not_there_is_named(stage: Any) -> None:
    with pytest.raises(LookupError, match="入群欢迎 has no setting 「没有」, but "):
        await stage.play("设：入群欢迎 没有 1")
