"""The real bot.py behind the page in headless Chromium: a first group comes to life, as its users would see it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from tests.support.screenshots import (
    ADMIN,
    CHROMIUM,
    DESKTOP,
    DRIVER,
    MEMBER,
    OWNER,
    Page,
    chromium,
    sandbox,
    scene,
)

pytestmark = pytest.mark.skipif(
    not (Path(CHROMIUM).exists() and Path(DRIVER).exists()),
    reason=f"no {CHROMIUM} or {DRIVER}: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        with sandbox(here) as address, chromium(here / "profile") as driver:
            yield Page(driver, address)


def test_the_owner_opens_a_newcomer_is_greeted_and_takes_a_tag(page: Page) -> None:
    scene(page)
    page.become(OWNER)
    page.sees("欢迎加入")
    page.click("#tab-audit")
    page.until("return document.querySelectorAll('.records li').length > 2")


def test_a_member_is_told_who_may_and_bad_input_gets_one_sentence(page: Page) -> None:
    page.become(MEMBER)
    page.say("/关闭 名片")
    page.sees("只有管理员和群主能用")
    page.say("/名片 上海")
    page.sees("名片")
    page.become(ADMIN)
    page.say("/设置 控制 记录条数 很多")
    page.sees("例如：/设置")
    page.say("/撤销 9999")
    page.sees("没有 #9999 这条记录")


def test_an_example_is_replayed_with_one_click(page: Page) -> None:
    page.look(size=DESKTOP)
    page.become(OWNER)
    page.click("#tab-examples, [data-tab=examples], #tab-dialogues")
    page.until("return [...document.querySelectorAll('button')].some(b => /回放|播放|演/.test(b.innerText))")
    page.driver.execute_script(
        "[...document.querySelectorAll('button')].find(b => /回放|播放|演/.test(b.innerText)).click()"
    )
    page.until("return document.querySelector('#title').textContent.includes('示例')")
    page.sees("里正")
