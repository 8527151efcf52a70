"""The chat page in a real browser: people in several tabs, keyboard, phone width, nothing from outside."""

import asyncio
import base64
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lizheng.sandbox.demo import READERS, TRADERS
from tests.support.site_server import Served, served

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
pytestmark = pytest.mark.skipif(
    not (Path(CHROMIUM).exists() and Path(DRIVER).exists()),
    reason=f"no {CHROMIUM} or {DRIVER}: apt-get install chromium chromium-driver",
)
OWNER, ADMIN, MEMBER, NEWCOMER = 100_001, 100_002, 100_004, 100_009
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1320,820",
]
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ENTER, ESCAPE, SHIFT = "\ue007", "\ue00c", "\ue008"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    profile = tempfile.mkdtemp(prefix="page-")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in [*QUIET, f"--user-data-dir={profile}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


class Page:
    """One tab, as a person uses it. Its calls run beside the loop that serves the page."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver, self.address = driver, address
        self.handle = ""

    async def run(self, work: Callable[..., Any], *given: Any) -> Any:
        def here() -> Any:
            if self.handle and self.driver.current_window_handle != self.handle:
                self.driver.switch_to.window(self.handle)
            return work(*given)

        return await asyncio.to_thread(here)

    async def open(self, user_id: int = OWNER, group_id: int = TRADERS) -> "Page":
        def work() -> None:
            self.driver.switch_to.new_window("tab")
            self.handle = self.driver.current_window_handle
            self.driver.get(f"{self.address}&as={user_id}&group={group_id}")

        await asyncio.to_thread(work)
        await self.until("return document.querySelector('#title')?.textContent !== '正在连接…'")
        return self

    async def js(self, script: str, *given: Any) -> Any:
        return await self.run(self.driver.execute_script, script, *given)

    async def until(self, script: str, *given: Any, seconds: float = 15) -> Any:
        """The first true value of the script; fails when none comes in time."""
        for _ in range(int(seconds / 0.05)):
            if found := await self.js(script, *given):
                return found
            await asyncio.sleep(0.05)
        pytest.fail(f"never true: {script} {given}; the page says: {(await self.text())[-600:]}")

    async def text(self, selector: str = "body") -> str:
        return await self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    async def sees(self, words: str, selector: str = "#log") -> None:
        await self.until(
            "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])", selector, words
        )

    async def click(self, selector: str, index: int = 0) -> None:
        await self.until("return document.querySelectorAll(arguments[0])[arguments[1]]", selector, index)
        await self.js("document.querySelectorAll(arguments[0])[arguments[1]].click()", selector, index)

    async def choose(self, name: str) -> None:
        """Click the entry of the open menu, or the button of the open dialog, with this name."""
        script = (
            "const all = '.menu button, dialog button, .outside button, .decide button';"
            "const one = [...document.querySelectorAll(all)].find((b) => b.textContent === arguments[0]);"
            "one?.click(); return Boolean(one)"
        )
        await self.until(script, name)

    async def keys(self, *keys: str) -> None:
        await self.run(lambda: self.driver.switch_to.active_element.send_keys(*keys))

    async def say(self, words: str) -> None:
        await self.until("return document.querySelector('#words')")
        await self.js("document.querySelector('#words').focus()")
        await self.keys(words, ENTER)

    async def menu(self, words: str) -> None:
        """Open the menu of the last message that contains the words."""
        script = (
            "const rows = [...document.querySelectorAll('.row')];"
            "const row = rows.findLast((one) => one.innerText.includes(arguments[0]));"
            "row?.querySelector('.more').click(); return Boolean(row)"
        )
        await self.until(script, words)

    async def close(self) -> None:
        def work() -> None:
            self.driver.close()
            self.driver.switch_to.window(self.driver.window_handles[0])

        await self.run(work)


@pytest.fixture
async def host() -> AsyncIterator[Served]:
    async with served() as one:
        yield one


@pytest.fixture
async def tab(host: Served, chromium: Any) -> AsyncIterator[Callable[..., Any]]:
    tabs: list[Page] = []

    async def opened(user_id: int = OWNER, group_id: int = TRADERS) -> Page:
        tabs.append(await Page(chromium, host.address).open(user_id, group_id))
        return tabs[-1]

    yield opened
    for one in tabs:
        await one.close()


async def test_four_people_in_four_tabs(host: Served, tab: Any) -> None:
    owner, admin = await tab(OWNER), await tab(ADMIN)
    member, newcomer = await tab(MEMBER), await tab(NEWCOMER)
    await owner.say("大家早，今天九点开门")
    for one in (admin, member, newcomer):
        await one.sees("大家早，今天九点开门")
    assert await owner.js("return document.querySelector('.row').classList.contains('mine')")
    assert not await member.js("return document.querySelector('.row').classList.contains('mine')")

    await newcomer.sees("还不在这个群里", "#foot")
    await newcomer.choose("申请入群")
    await newcomer.until("return document.activeElement?.name === 'comment'")
    await newcomer.keys("阿敏介绍的，卖茶叶", ENTER)
    await admin.sees("阿敏介绍的，卖茶叶")
    assert not await member.js("return document.querySelector('.request .decide')")
    await admin.choose("同意")
    await newcomer.sees("加入了群聊")
    await newcomer.say("大家好")
    await owner.sees("大家好")
    assert NEWCOMER in host.world.group(TRADERS).members


async def test_a_mute_keeps_the_words_and_a_recall_leaves_a_grey_line(host: Served, tab: Any) -> None:
    admin, member = await tab(ADMIN), await tab(MEMBER)
    await member.say("加我微信领券")
    await admin.menu("加我微信领券")
    await admin.choose("禁言…")
    await admin.choose("禁言")
    await member.sees("禁言 1 分钟")
    await member.say("凭什么")
    await member.sees("被禁言", "#toasts")
    await member.until("return document.querySelector('#words').value === '凭什么'")
    await admin.menu("加我微信领券")
    await admin.choose("撤回")
    await member.sees("的一条消息")
    assert "加我微信领券" not in await member.text("#log")
    assert host.world.group(TRADERS).messages[-1].recalled


async def test_member_text_stays_text_and_nothing_comes_from_outside(
    host: Served, tab: Any, chromium: Any
) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    host.world.set_card(TRADERS, MEMBER, "<b>群主</b>")
    host.world.say(TRADERS, MEMBER, nasty)
    picture = {"type": "image", "data": {"file": "x.png", "url": "http://198.51.100.1/x.png"}}
    host.world.say(TRADERS, MEMBER, [picture])
    page = await tab(OWNER)
    await page.sees(nasty)
    await page.sees("<b>群主</b>")
    await page.sees("<b>群主</b>", "#sheet")
    for name in ("clock", "audit", "dialogues", "faults"):
        await page.click(f"#tab-{name}")
    fetched = await page.js("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert fetched
    assert all(name.startswith((host.origin, f"ws://127.0.0.1:{host.port}", "data:")) for name in fetched)
    assert [one for one in await page.run(chromium.get_log, "browser") if one["level"] == "SEVERE"] == []


async def test_keyboard_alone_quotes_mentions_and_completes(host: Served, tab: Any) -> None:
    first = host.world.say(TRADERS, MEMBER, "下午两点到货")
    page = await tab(OWNER)
    await page.until("return document.querySelector('.row .more')")
    await page.js("document.querySelector('.row .more').focus()")
    await page.keys(ENTER)
    await page.until("return document.activeElement?.getAttribute('role') === 'menuitem'")
    await page.keys(ESCAPE)
    assert not await page.js("return document.querySelector('.menu')")
    await page.keys(ENTER)
    await page.until("return document.activeElement?.textContent === '引用'")
    await page.keys(ENTER)
    await page.sees("引用 小王", "#quoting")
    await page.keys("@林")
    await page.sees("林夏", "#hints")
    await page.keys(ENTER, "你收一下")
    await page.run(
        lambda: (
            webdriver.ActionChains(page.driver)
            .key_down(SHIFT)
            .send_keys(ENTER)
            .key_up(SHIFT)
            .send_keys("谢谢")
            .perform()
        )
    )
    await page.keys(ENTER)
    await page.sees("谢谢")
    segments = host.world.group(TRADERS).messages[-1].segments
    assert segments == [
        {"type": "reply", "data": {"id": str(first)}},
        {"type": "at", "data": {"qq": "100005"}},
        {"type": "text", "data": {"text": " 你收一下\n谢谢"}},
    ]
    await page.keys("/帮")
    await page.sees("/帮助", "#hints")


async def test_a_picture_goes_along_with_what_is_written(host: Served, tab: Any, tmp_path: Path) -> None:
    picture = tmp_path / "dot.png"
    picture.write_bytes(DOT)
    page = await tab(ADMIN)
    await page.until("return document.querySelector('#words')")
    await page.js("document.querySelector('#words').focus()")
    await page.keys("/欢迎语 欢迎你")
    chooser = ("css selector", "#foot input[type=file]")
    await page.run(lambda: page.driver.find_element(*chooser).send_keys(str(picture)))
    await page.until("return document.querySelector('.row.mine .photo')?.naturalWidth")
    assert [s["type"] for s in host.world.group(TRADERS).messages[-1].segments] == ["text", "image"]
    await page.keys("好了")
    await page.click("#send")
    await page.sees("好了")
    assert await page.js("return document.querySelector('#words').value") == ""


async def test_the_bot_red_packets_and_notices_are_shown(host: Served, tab: Any) -> None:
    page = await tab(MEMBER)
    await page.click(".tools .red")
    await page.until("return document.activeElement?.name === 'wish'")
    await page.js("document.activeElement.value = '广告A12'")
    await page.keys(ENTER)
    await page.sees("广告A12", ".packet")
    node = {"type": "node", "data": {"nickname": "广告贴", "content": "包装盒八折"}}
    await host.world.act("send_group_forward_msg", {"group_id": TRADERS, "messages": [node]})
    await host.world.act("send_group_msg", {"group_id": TRADERS, "message": "收到红包了，等管理员确认。"})
    await page.sees("收到红包了", ".row.bot:last-child")
    await page.sees("机器人", ".row.bot")
    await page.click(".forward summary")
    await page.sees("包装盒八折", ".forward ol")
    host.world.set_role(TRADERS, MEMBER, "admin", by=OWNER)
    await page.sees("成为管理员")
    await page.sees("管理员", "#persona")


async def test_clock_audit_and_examples_beside_the_chat(host: Served, tab: Any) -> None:
    page = await tab(OWNER)
    await page.click("#tab-clock")
    await page.click(".moves button", 3)
    await page.sees("星期五", "#clock-date")
    await page.sees("18:00", "#clock-now")
    assert host.stage.offset > 0
    row = {"group_id": TRADERS, "number": 7, "at": host.stage.now(), "text": "欢迎了小满", "state": "done"}
    host.stage.rows.append(row)
    await page.click("#tab-audit")
    await page.sees("欢迎了小满", "#sheet")
    await page.sees("已做", "#sheet")
    await page.click("#tab-dialogues")
    await page.click(".dialogue .strong")
    await page.sees("我是重演出来的")
    await page.click("#tab-dialogues")
    await page.click("#write")
    await page.until(
        "return document.querySelector('.written').value.includes('小王：大家好，我是重演出来的')"
    )


@pytest.mark.parametrize("sheet", ["members", "clock", "audit", "dialogues", "faults"])
async def test_reloaded_with_any_sheet_open_the_page_works(tab: Any, sheet: str) -> None:
    page = await tab(OWNER)
    await page.click(f"#tab-{sheet}")
    await page.js("document.body.dataset.old = 'yes'")
    await page.run(page.driver.refresh)
    await page.until("return !document.body.dataset.old && document.querySelector('#open-side svg')")
    await page.until("return document.querySelector('#sheet')?.childElementCount")
    await page.say("又回来了")
    await page.sees("又回来了")
    await page.until(f"return document.querySelector('#tab-{sheet}').ariaSelected === 'true'")


async def test_phone_width_is_one_column_with_drawers(tab: Any) -> None:
    page = await tab(OWNER)
    phone = {"width": 390, "height": 780, "deviceScaleFactor": 1, "mobile": True}
    await page.run(page.driver.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", phone)
    await page.say("在手机上也读得清" * 8)
    await page.sees("在手机上也读得清")
    assert await page.js("return document.documentElement.scrollWidth <= innerWidth")
    shown = "return getComputedStyle(document.querySelector(arguments[0])).visibility === 'visible'"
    assert not await page.js(shown, "#side")
    await page.click("#open-side")
    await page.until(shown, "#side")
    await page.click(".place", 1)
    await page.sees("周末读书会", "#title")
    await page.until("return getComputedStyle(document.querySelector('#side')).visibility === 'hidden'")
    await page.click("#open-panel")
    await page.until(shown, "#panel")
    await page.run(page.driver.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {})


async def test_a_lost_connection_comes_back_with_what_was_missed(host: Served, tab: Any) -> None:
    page = await tab(OWNER, READERS)
    for viewer in list(host.site.viewers):
        viewer.lost.set()
    await page.until("return !document.querySelector('#link').hidden")
    host.world.say(READERS, 100_005, "这周读哪本？")
    await page.sees("这周读哪本？")
    await page.until("return document.querySelector('#link').hidden")
