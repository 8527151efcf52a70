"""Lizheng's entry: init → adapter → kit → plugins → run."""

import bootstrap

bootstrap.enter()

import nonebot

from lizheng.host import Host
from lizheng.sandbox.opening import open_sandbox
from lizheng.web import server_options

nonebot.init(**Host.prepare())
driver = nonebot.get_driver()
host = Host(driver)
if host.config.sandboxed:
    open_sandbox(host, driver)
nonebot.load_from_toml("pyproject.toml")

if __name__ == "__main__":
    nonebot.run(**server_options())
