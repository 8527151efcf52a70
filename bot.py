"""Lizheng's entry: init → adapter → kit → plugins → run."""

import bootstrap

bootstrap.enter()

import nonebot

from lizheng.host import Host

nonebot.init(**Host.prepare())
host = Host(nonebot.get_driver())
nonebot.load_from_toml("pyproject.toml")

if __name__ == "__main__":
    nonebot.run()
