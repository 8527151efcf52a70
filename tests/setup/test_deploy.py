"""The files people deploy with say what the host understands. No Docker engine is needed, nor asked."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from lizheng.base.config import ROOT, HostConfig
from lizheng.host.web import server_options

UNIT = ROOT / "docs" / "deploy" / "lizheng.service"


def test_the_compose_file_starts_the_bot_with_settings_it_knows() -> None:
    whole = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    services = whole["services"]
    bot = services["lizheng"]
    assert bot["command"].split() == ["python3", "bot.py"]
    assert {name.lower() for name in bot["environment"]} <= HostConfig.model_fields.keys()
    made = HostConfig.model_validate(
        {
            "host": bot["environment"]["HOST"],
            "allowed_hosts": json.loads(bot["environment"]["ALLOWED_HOSTS"]),
            "onebot_access_token": "sixteen-letters-x",
        }
    )
    made.check()
    assert "lizheng" in made.hosts
    assert not made.sandboxed
    mounts = [volume.split(":")[0] for service in services.values() for volume in service["volumes"]]
    kept = {".", *whole["volumes"]}
    assert all(mount in kept or mount.startswith("./data/") for mount in mounts), "data/ is not in git"
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_host_has_ended_before_it_is_killed() -> None:
    stopping = server_options().get("timeout_graceful_shutdown", 0) + 6
    bot = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["lizheng"]
    assert int(bot["stop_grace_period"].rstrip("s")) >= stopping
    lines = dict(line.split("=", 1) for line in UNIT.read_text("utf-8").splitlines() if "=" in line)
    assert int(lines["TimeoutStopSec"]) >= stopping


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run([tool, "verify", UNIT], capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert complaints == []
