"""bot.py plus the tests' own feature, plus other people's plugins from the folder OTHER_PLUGINS names."""

import os
import sys
from pathlib import Path

import nonebot

from lizheng.host.host import Host
from lizheng.host.web import server_options

nonebot.init(**Host.prepare())
host = Host(nonebot.get_driver())
nonebot.load_from_toml("pyproject.toml")
probe = nonebot.load_plugin("tests.support.probe_feature")
assert probe is not None
assert probe.metadata is not None
probe.metadata.extra["lizheng"].hidden = False  # so that it can be switched on by chat
if folder := os.environ.get("OTHER_PLUGINS"):
    sys.path.append(folder)
    for found in sorted([*Path(folder).glob("*.py"), *Path(folder).glob("nonebot_plugin_*/__init__.py")]):
        nonebot.load_plugin(found.stem if found.stem != "__init__" else found.parent.name)

if __name__ == "__main__":
    nonebot.run(**server_options())
