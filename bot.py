"""Lizheng's entry: init → adapter → kit → plugins → run."""

import bootstrap

bootstrap.enter()

import nonebot

from lizheng.host.host import Host
from lizheng.host.web import say_where, server_options

nonebot.init(**Host.prepare())
driver = nonebot.get_driver()
host = Host(driver)
if host.config.sandboxed:
    from lizheng.sandbox.opening import open_sandbox

    open_sandbox(host, driver)
else:
    driver.on_startup(lambda: say_where(host.config.host, host.config.port))
nonebot.load_from_toml("pyproject.toml")

if __name__ == "__main__":
    nonebot.run(**server_options())
