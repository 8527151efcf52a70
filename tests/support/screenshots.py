"""Takes the pictures of docs/images anew: `python -m tests.support.screenshots`.

A copy of the project runs as anybody would start it, with an empty database; headless Chromium acts short scenes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
LARGEST, LARGEST_DRAWN = 200 * 1024, 60 * 1024
LAST = "[...document.querySelectorAll('.row.bot .bubble')].at(-1)"
TRADERS, OWNER, ADMIN, MEMBER, NEWCOMER = 700_001, 100_001, 100_002, 100_004, 100_009
DESKTOP = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 780, "deviceScaleFactor": 1.5, "mobile": True}
SNIPPET = {"width": 390, "height": 720, "deviceScaleFactor": 1.5, "mobile": True}
ADVERTISEMENT = "招网店兼职打字员，一单十五元，当天结算，加QQ 2046813579"
ENTER = "\ue007"


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """A copy of the project running in `folder`; yields the address it prints."""
    left_out = shutil.ignore_patterns(".venv", ".git", ".env", "__pycache__", "data", "*.db", ".hypothesis")
    shutil.copytree(ROOT, folder / "lizheng", ignore=left_out)
    (folder / "lizheng" / "data").mkdir()
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SANDBOX": "on",
        "ONEBOT_ACCESS_TOKEN": "",
        "LOG_LEVEL": "WARNING",
    }
    host = subprocess.Popen(
        [sys.executable, "bot.py"],
        cwd=folder / "lizheng",
        env={**os.environ, **clean},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert host.stdout is not None
        for line in host.stdout:
            if found := re.search(r"http://\S+/sandbox/\?key=\S+", line):
                yield found[0]
                return
        raise SystemExit("bot.py ended without printing an address")
    finally:
        host.terminate()
        host.wait(15)


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """The chat page, as one person after another sees it."""

    def __init__(self, driver: webdriver.Chrome, address: str):
        self.driver = driver
        self.address = address

    def look(self, *, size: dict[str, Any], dark: bool = False) -> None:
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def become(self, user_id: int) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}&as={user_id}&group={TRADERS}")
        self.until("return document.querySelector('#title').textContent !== '正在连接…'")

    def until(self, script: str, *given: Any) -> None:
        """Wait for the script to become true. Raises `SystemExit` after ten seconds."""
        for _ in range(100):
            if self.driver.execute_script(script, *given):
                return
            time.sleep(0.1)
        seen = self.driver.execute_script("return document.querySelector('#log').innerText")[-400:]
        raise SystemExit(f"never became true: {script} {given}; the last that is seen:\n{seen}")

    def press(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def sees(self, words: str) -> None:
        self.until("return document.querySelector('#log').innerText.includes(arguments[0])", words)

    def read(self, pattern: str) -> str:
        """What the last match of the pattern's group in the log is."""
        return re.findall(
            pattern, self.driver.execute_script("return document.querySelector('#log').innerText")
        )[-1]

    def say(self, words: str) -> None:
        self.until("return document.querySelector('#words')")
        self.driver.execute_script("document.querySelector('#words').focus()")
        self.press(words, ENTER)

    def click(self, selector: str) -> None:
        self.until("return document.querySelector(arguments[0])", selector)
        self.driver.execute_script("document.querySelector(arguments[0]).click()", selector)

    def picture(self, name: str) -> None:
        """Save what is seen now. Raises `SystemExit` when the picture is too large for a repository."""
        self.until("return !document.querySelector('#idle').classList.contains('busy')")
        self.driver.execute_script(
            "document.activeElement.blur(); document.querySelector('#toasts').replaceChildren();"
            "const log = document.querySelector('#log'); log.scrollTop = log.scrollHeight"
        )
        path = IMAGES / f"{name}.png"
        self.driver.save_screenshot(str(path))
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path.name} is larger than {LARGEST} bytes")

    def keep(self, name: str) -> None:
        """Save the picture in the bot's last message as it was sent. Raises `SystemExit` when it is too large."""
        self.until(f"return [...{LAST}.querySelectorAll('img')].some((one) => one.complete)")
        source = self.driver.execute_script(f"return {LAST}.querySelector('img').src")
        content = b64decode(source.partition(",")[2])
        if len(content) > LARGEST_DRAWN:
            raise SystemExit(f"{name}.png is larger than {LARGEST_DRAWN} bytes")
        (IMAGES / f"{name}.png").write_bytes(content)


def scene(page: Page) -> None:
    """The owner opens the features, a newcomer joins and is greeted, a member asks for help."""
    page.look(size=DESKTOP)
    page.become(OWNER)
    page.say("/开启 全部")
    page.sees("已开启全部功能")
    page.say("/群规 一、友善 二、不刷屏")
    page.sees("群规改好了")
    page.say("/名片格式 城市-行业-昵称")
    page.sees("名片格式定好了")
    page.become(NEWCOMER)
    page.click(".outside .strong")
    page.until("return document.activeElement?.name === 'comment'")
    page.press("阿敏介绍的，卖茶叶", ENTER)
    page.become(ADMIN)
    page.click(".request .decide .strong")
    page.sees("欢迎加入")
    page.become(MEMBER)
    page.say("/帮助")
    page.sees("你现在能用")
    page.become(NEWCOMER)
    page.say("/名片 杭州-茶叶-小满")
    page.sees("你的名片改成")


def pictures(page: Page) -> None:
    page.become(OWNER)
    page.click("#tab-audit")
    page.until("return document.querySelectorAll('.records li').length > 2")
    page.picture("sandbox")
    page.look(size=DESKTOP, dark=True)
    page.click("#tab-members")
    page.picture("sandbox-dark")
    page.look(size=PHONE)
    page.become(MEMBER)
    page.picture("sandbox-phone")


def advertisement(page: Page) -> None:
    """An advertisement is recalled with an order; its author sends a red packet, an admin confirms it."""
    page.become(MEMBER)
    page.say(ADVERTISEMENT)
    page.sees("已撤回")
    page.picture("advertisement")
    page.click(".tools .red")
    page.until("return document.activeElement?.name === 'wish'")
    page.driver.execute_script("document.activeElement.value = '广告A1'")
    page.press(ENTER)
    page.sees("等管理员确认")
    page.become(ADMIN)
    page.say("/确认收款 A1 100")
    page.sees("收齐了")
    page.picture("tax")


def ladder(page: Page) -> None:
    """A warning, then a mute."""
    page.become(ADMIN)
    for words in ("刷屏", "还刷"):
        page.say("/警告 @小王")
        page.press(words, ENTER)
        page.sees(f"：{words}。")
    page.picture("ladder")


def answers(page: Page) -> None:
    """What was taught is answered, however it is asked."""
    page.become(OWNER)
    page.say("/教 怎么申请白名单|白名单在哪弄 => 在群公告里点链接填表，当天通过")
    page.sees("记住了")
    page.become(NEWCOMER)
    page.say("如何申请白名单？")
    page.sees("引用回「有用」或「没用」")
    page.say("/问 几点能过")
    page.sees("待答")
    page.picture("answers")


def brief(page: Page) -> None:
    """What a member hands in is in the next morning's brief."""
    page.become(NEWCOMER)
    page.say("/早报 投稿 周六下午三点江边骑车，来的回 1")
    page.sees("投稿早报")
    page.become(ADMIN)
    page.say(page.read(r"同意请发 (/通过 \d+)"))
    page.sees("会进下一期早报")
    page.click("#tab-clock")
    page.click(".moves button:nth-child(3)")
    page.until(
        "const last = [...document.querySelectorAll('.row.bot .bubble')].at(-1);"
        "return last.innerText.startsWith('早报') && [...last.querySelectorAll('img')].every((one) => one.complete)"
    )
    page.picture("brief")


def drawn(page: Page) -> None:
    """What the bot draws itself: the week of advertising times, and the ladder."""
    page.become(OWNER)
    page.say("/广告时段 每周三、周五 18:00-20:00；周末 22:00-次日 01:00")
    page.sees("广告时段定好了")
    page.become(NEWCOMER)
    page.say("/广告时段")
    page.sees("下一次")
    page.keep("drawn-week")
    page.say("/违规 阶梯")
    page.sees("头一次")
    page.keep("drawn-ladder")


def main() -> None:
    argparse.ArgumentParser(prog="python -m tests.support.screenshots", description=__doc__).parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        with sandbox(here) as address, chromium(here / "profile") as driver:
            page = Page(driver, address)
            scene(page)
            pictures(page)
            page.look(size=SNIPPET)
            for act in (advertisement, ladder, answers, brief, drawn):
                act(page)


if __name__ == "__main__":
    main()
