"""First start, later starts and everything that can go wrong between, on copies in a temporary folder."""

import ast
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
BARE = sys._base_executable  # type: ignore[attr-defined]
ENTRIES = ["bot.py", "bootstrap.py", "tests/__main__.py", "lizheng/__init__.py", "lizheng/base/venv.py"]
SCRIPT = """\
import sys, bootstrap
bootstrap.enter(*sys.argv[1:2])
import os, tinypkg
print(sys.prefix, os.getcwd(), sys.argv[1:], sys.flags.dev_mode, sep="|")
"""


def wheel(folder: Path, name: str) -> None:
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one tiny dependency and one more for its tests, both lying in a local folder."""
    root = tmp_path / "project"
    wheels = root / "wheels"
    wheels.mkdir(parents=True)
    wheel(wheels, "tinypkg")
    wheel(wheels, "tinytest")
    shutil.copy(ROOT / "bootstrap.py", root)
    (root / "bot.py").write_text(SCRIPT)
    (root / "constraints.txt").write_text("tinypkg==1.0  # via lizheng\ntinytest==1.0  # via lizheng\n")
    (root / "pyproject.toml").write_text(
        '[project]\ndependencies = ["tinypkg>=1"]\n[project.optional-dependencies]\n'
        '[dependency-groups]\ndev = ["tinytest>=1"]\n[tool.ruff]\nline-length = 110\n'
    )
    return root


@pytest.fixture
def copy(project: Path) -> ModuleType:
    """The project's own bootstrap, as a module."""
    spec = importlib.util.spec_from_file_location("bootstrap_copy", project / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environment(project: Path, **more: str) -> dict[str, str]:
    hidden = ("PIP_", "UV_", "VIRTUAL_ENV", "PYTHON", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    return {**kept, **offline, "PYTHONDONTWRITEBYTECODE": "1", **more}


def start(project: Path, *words: str, python: str = BARE, cwd: Path | None = None, **more: str):
    return subprocess.run(
        [python, "-X", "dev", str(project / "bot.py"), *words],
        cwd=cwd or project.parent,
        env=environment(project, **more),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def snippet(project: Path, code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BARE, "-c", code],
        cwd=project,
        env=environment(project),
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def bare_venv(folder: Path) -> str:
    """A virtual environment that sees its base's pip; returns its interpreter."""
    subprocess.run([BARE, "-m", "venv", "--without-pip", "--system-site-packages", folder], check=True)
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def site_packages(python: str) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.check_output([python, "-c", code], encoding="utf-8").strip())


def test_the_first_start_installs_and_the_second_only_goes_on(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    first = start(project, "dev", "二", cwd=elsewhere)
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == f"{project / '.venv'}|{elsewhere}|['dev', '二']|True"
    assert "[1/2] 安装 tinypkg\n[2/2] 安装 tinytest\n" in first.stderr
    assert "Collecting" not in first.stderr
    second = start(project, "dev", "二", cwd=elsewhere)
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_command_of_the_kit_goes_on_inside_the_venv_too(project: Path) -> None:
    """`python3 -m lizheng` from a bare Python: everything the package imports comes after the set-up."""
    kit = project / "lizheng"
    kit.mkdir()
    before, _, _ = (ROOT / "lizheng" / "__init__.py").read_text("utf-8").partition("\nfrom lizheng.adapter")
    (kit / "__init__.py").write_text(f"{before}\nimport tinypkg\n", "utf-8")
    (kit / "base").mkdir()
    for name in ("__init__.py", "venv.py"):
        shutil.copy(ROOT / "lizheng" / "base" / name, kit / "base")
    (kit / "__main__.py").write_text("import sys\nprint(sys.prefix, sys.argv[1:], sep='|')\n")
    for installs in (True, False):
        ran = subprocess.run(
            [BARE, "-m", "lizheng", "new", "抽签"],
            cwd=project,
            env=environment(project),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert ran.stdout == f"{project / '.venv'}|['new', '抽签']\n", ran.stderr
        assert ("安装 tinypkg" in ran.stderr) is installs


def test_a_cut_off_installation_is_completed_without_test_packages(project: Path) -> None:
    python = bare_venv(project / ".venv")
    half = site_packages(python) / "tinypkg-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").write_text("Metadata-Version: 2.1\nName: tinypkg\nVersion: 1.0\n")
    (project / ".venv" / "lizheng-setup.json").write_text('{"key": 0, "sets": [], "python": [3, 11]}')
    done = start(project, python=python)
    assert done.returncode == 0, done.stderr
    assert "[1/1] 安装 tinypkg" in done.stderr
    assert (half / "RECORD").exists()
    assert not list(half.parent.glob("tinytest*"))


@pytest.mark.nightly
def test_a_broken_venv_is_made_anew(project: Path) -> None:
    gone = project / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    gone.parent.mkdir(parents=True)
    gone.symlink_to("/nowhere/python3")
    done = start(project)
    assert done.returncode == 0, done.stderr


def test_an_interpreter_that_has_everything_is_left_alone(project: Path, tmp_path: Path) -> None:
    python = bare_venv(tmp_path / "theirs")
    with zipfile.ZipFile(project / "wheels" / "tinypkg-1.0-py3-none-any.whl") as file:
        file.extractall(site_packages(python))
    done = start(project, python=python)
    assert done.stdout.startswith(f"{tmp_path / 'theirs'}|")
    assert done.stderr == ""
    assert not (project / ".venv").exists()


def test_a_failed_download_shows_the_end_of_it_and_a_hint(project: Path, copy: ModuleType) -> None:
    bare_venv(project / ".venv")
    (project / "wheels" / "tinypkg-1.0-py3-none-any.whl").unlink()
    done = start(project)
    assert done.returncode == 1
    assert "No matching distribution found for tinypkg" in done.stderr
    assert "PIP_INDEX_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert not copy.is_fresh(())


def test_a_python_without_venv_gets_the_cure(project: Path) -> None:
    child = snippet(
        project, "import sys; sys.modules['ensurepip'] = None; import bootstrap; bootstrap.enter()"
    )
    _, said = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "缺少 venv 模块" in said
    assert "Traceback" not in said
    assert not (project / ".venv").exists()


def test_an_old_python_is_told_so(project: Path) -> None:
    old = "import sys; sys.version_info = (3, 10, 2); sys.version = '3.10.2 (main)'"
    child = snippet(project, f"{old}; import bootstrap; bootstrap.enter()")
    _, said = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "里正需要 Python 3.11 或更新的版本，现在是 3.10.2" in said


@pytest.mark.parametrize("name", ENTRIES)
def test_an_old_python_can_read_the_entries(name: str) -> None:
    ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX users")
def test_no_write_permission_is_said(project: Path) -> None:
    drop = "import os, tomllib, bootstrap; os.geteuid() or (os.chmod('.', 0o555), os.seteuid(65534))"
    if os.geteuid():
        project.chmod(0o555)
    child = snippet(project, f"{drop}; bootstrap.install(())")
    _, said = child.communicate(timeout=60)
    project.chmod(0o755)
    assert child.returncode == 1
    assert "没有写权限" in said
    assert "Traceback" not in said


HOLD = "import bootstrap\nwith bootstrap.only_one():\n print('held', flush=True); input()\n"


def test_a_second_start_waits_for_the_first(project: Path) -> None:
    bare_venv(project / ".venv")
    first = snippet(project, f"{HOLD} bootstrap.write_stamp(bootstrap.current_key(), ())")
    assert first.stdout
    assert first.stdout.readline() == "held\n"
    second = snippet(project, "import bootstrap; bootstrap.install(())")
    assert second.stderr
    assert "另一次启动正在安装" in second.stderr.readline()
    first.communicate("\n", timeout=60)
    _, said = second.communicate(timeout=60)
    assert (second.returncode, said) == (0, "")


def test_a_killed_start_leaves_no_lock(project: Path) -> None:
    first = snippet(project, HOLD)
    assert first.stdout
    assert first.stdout.readline() == "held\n"
    first.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    first.communicate()
    second = snippet(project, HOLD)
    said, warned = second.communicate("\n", timeout=60)
    assert (said, warned) == ("held\n", "")


def test_the_stamp_follows_pins_and_requirements_and_nothing_else(project: Path, copy: ModuleType) -> None:
    bare_venv(project / ".venv")
    pyproject, constraints = project / "pyproject.toml", project / "constraints.txt"
    assert not copy.is_fresh(())
    copy.write_stamp(copy.current_key(), ())
    assert copy.is_fresh(())
    assert not copy.is_fresh(("dev",))
    pyproject.write_text(pyproject.read_text().replace("110", "100"))
    assert copy.is_fresh(())
    pyproject.write_text(pyproject.read_text().replace("tinytest>=1", "tinytest>=2"))
    assert not copy.is_fresh(())
    copy.write_stamp(copy.current_key(), ())
    constraints.write_text(constraints.read_text().replace("1.0", "1.1"))
    assert not copy.is_fresh(())
    (project / ".venv" / "lizheng-setup.json").write_text('{"key": "half')
    assert not copy.is_fresh(())


def test_test_packages_go_when_the_bot_updates_but_extras_stay(project: Path, copy: ModuleType) -> None:
    pyproject = project / "pyproject.toml"
    extra = '[project.optional-dependencies]\nmore = ["tinytest>=1"]\n'
    pyproject.write_text(pyproject.read_text().replace("[project.optional-dependencies]\n", extra))
    bare_venv(project / ".venv")
    copy.write_stamp(1, ("dev", "more"))
    assert start(project).returncode == 0
    assert json.loads((project / ".venv" / "lizheng-setup.json").read_text())["sets"] == ["more"]


def names(copy: ModuleType, *sets: str) -> set[str]:
    return {copy.canonical(pin) for pin in copy.pins(sets)}


def test_the_real_pins_cover_every_set_and_keep_the_runtime_small(copy: ModuleType, project: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, project)
    runtime = names(copy)
    assert runtime >= {"nonebot2", "fastapi", "uvicorn", "tortoise-orm", "aiosqlite", "websockets"}
    assert not runtime & {"pytest", "ruff", "aiocqhttp", "selenium", "asyncpg", "hypothesis"}
    assert "asyncpg" in names(copy, "postgres")
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    everything = copy.pins([name for name in copy.declared() if name])
    assert len(everything) == len([line for line in pinned if "==" in line])
    assert all("==" in pin for pin in everything)
    assert copy.missing(()) == ""


@pytest.mark.nightly
def test_a_bare_machine_gets_the_real_runtime(tmp_path: Path) -> None:
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    show = "import bootstrap\nbootstrap.enter()\nimport fastapi, nonebot, tortoise, uvicorn\nprint('ready')\n"
    (tmp_path / "bot.py").write_text(show)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [BARE, str(tmp_path / "bot.py")]
    done = subprocess.run(command, env=kept, capture_output=True, encoding="utf-8", check=False, timeout=600)
    assert done.stdout == "ready\n", done.stderr


@pytest.mark.nightly
def test_from_a_bare_machine_to_a_working_tested_plugin(tmp_path: Path) -> None:
    """Two commands; the first makes `.venv`, the second adds what tests need."""
    copy = tmp_path / "lizheng"
    left_out = shutil.ignore_patterns(".venv*", ".git", ".env", "__pycache__", "data", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=left_out)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    said: list[str] = []
    for command in (
        ["lizheng", "new", "raffle", "--title", "试抽签"],
        ["tests", "-q", "tests/plugins/raffle"],
    ):
        ran = subprocess.run(
            [BARE, "-m", *command],
            cwd=copy,
            env=kept,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=900,
        )
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
        said.append(ran.stdout)
    assert "建好了 plugins/raffle.py 和 tests/plugins/raffle/test_raffle.py。" in said[0]
    assert "1 passed" in said[1]
