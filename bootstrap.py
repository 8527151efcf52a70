"""First start: make `.venv`, fill it from constraints.txt, go on inside it. Later starts: nothing to do.

Standard library only, and only syntax an older Python can read, so that it can say that it is too old.
What only an installation uses is imported there: every later start pays for the imports up here.
From a shell, `python3 bootstrap.py postgres` adds optional dependencies of pyproject.toml by name.
"""

import json
import os
import re
import sys
import time
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lizheng-setup.json"
LOCK = ROOT / ".venv.lock"
JUST_INSTALLED = "LIZHENG_JUST_INSTALLED"
INSIDE = Path(sys.prefix).resolve() == VENV.resolve()
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]


def enter(*sets):
    """Return when this interpreter can run the project, else set `.venv` up and start again inside it.

    `sets` names what is needed beyond the runtime: optional dependencies, or "dev" for the tests.
    Ends the process with a Chinese sentence when the set-up cannot be done.
    """
    if sys.version_info < OLDEST:
        stop(f"里正需要 Python 3.11 或更新的版本，现在是 {sys.version.split()[0]}。请安装后用它运行。")
    just_installed = os.environ.pop(JUST_INSTALLED, "")
    if ready_here(sets):
        return
    if INSIDE or not (is_fresh(sets) and PYTHON.exists()):
        if just_installed:
            stop(f"包已装好，但仍缺少 {missing(sets) or '匹配的版本'}。请删除 {VENV} 后再运行一次。")
        install(sets)
        os.environ[JUST_INSTALLED] = "1"
    start_again()


def ready_here(sets):
    """Whether the running interpreter has what is needed; one that somebody else keeps is taken as it is."""
    stamp = read_stamp()
    if INSIDE:
        if is_fresh(sets) and stamp["python"] == list(sys.version_info[:2]):
            return True
        kept_by_others = not stamp or "UV_RUN_RECURSION_DEPTH" in os.environ
        return kept_by_others and not missing(sets)
    in_other_venv = sys.prefix != sys.base_prefix
    return (in_other_venv or not stamp) and not missing(sets)


def start_again():
    """Run the same command line under `.venv`'s interpreter, in place of this process."""
    command = [str(PYTHON), *sys.orig_argv[1:]]
    if os.name != "nt":
        os.execv(command[0], command)
    import signal
    import subprocess

    # Windows: execv would let go of the console while the bot still runs, so wait for it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command))


def declared():
    """The requirement lists of pyproject.toml by name; the runtime's own is called ""."""
    import tomllib

    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras, groups = whole["project"]["optional-dependencies"], whole["dependency-groups"]
    return {"": whole["project"]["dependencies"], **extras, **groups}


def direct(sets):
    return [line for name in ("", *sets) for line in declared().get(name, ())]


def pins(sets):
    """The lines of constraints.txt that these sets need, found by following its "# via" remarks."""
    lines, needs = {}, {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        pin, _, via = line.partition("# via ")
        if "==" in pin:
            name = canonical(pin)
            lines.setdefault(name, []).append(pin.strip())
            for parent in via.split(", "):
                needs.setdefault(parent.strip(), set()).add(name)
    found, todo = set(), [canonical(line) for line in direct(sets)]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(needs.get(name, ()))
    return [pin for name in sorted(found) for pin in lines.get(name, [name])]


def missing(sets):
    """Name of a package this interpreter lacks or has too old, found by walking metadata; "" if none."""
    from importlib import metadata

    todo, seen = set(direct(sets)), set()
    while todo:
        line = todo.pop()
        seen.add(line)
        name, extras = canonical(line), re.findall(r"[\w-]+", "".join(re.findall(r"\[(.*?)\]", line)))
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return name
        lowest = re.search(r"[>=]=\s*([\d.]+)", line)
        if lowest and numbers(found.version) < numbers(lowest.group(1)):
            return name
        for need in found.requires or ():
            need, _, marker = need.partition(";")
            extra = re.fullmatch(r"\s*extra == ['\"](.+)['\"]\s*", marker)
            if not marker or (extra and extra.group(1) in extras):
                todo.update({need.strip()} - seen)
    return ""


def canonical(line):
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;(]", line.strip(), maxsplit=1)[0]).lower()


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version.split("+")[0])]


def read_stamp():
    """What was installed as {"key", "sets", "python"}; empty when `.venv` was not made here."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_stamp(key, sets):
    """Note what is in `.venv`; key 0 marks an installation under way, which is never trusted."""
    stamp = {"key": key, "sets": sorted(sets), "python": venv_version()}
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp), encoding="utf-8")
    os.replace(draft, STAMP)


def current_key():
    """Changes whenever the pins or pyproject.toml's requirement tables do; every start pays for it."""
    tables = r"^\[(?:project|dependency-groups)\b[^\n]*\n.*?(?=^\[|\Z)"
    texts = re.findall(
        tables, (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return zlib.crc32((ROOT / "constraints.txt").read_bytes() + "".join(texts).encode())


def venv_version():
    """(major, minor) of the interpreter in `.venv`; empty when it does not run."""
    return tuple(numbers(output([str(PYTHON), "-c", "import sys; print(*sys.version_info[:2])"])))


def is_fresh(sets):
    stamp = read_stamp()
    return bool(stamp) and set(sets) <= set(stamp["sets"]) and stamp["key"] == current_key()


def install(sets):
    """Make or complete `.venv` with the runtime, the named sets and extras added earlier."""
    try:
        with only_one():
            if is_fresh(sets) and PYTHON.exists() and not INSIDE:
                return
            began = time.monotonic()
            sets = {*sets, *(name for name in read_stamp().get("sets", ()) if name != "dev")}
            say("里正：第一次运行或依赖有变化，正在准备运行环境……")
            make_venv()
            write_stamp(0, sets)
            fill_venv(pins(sets))
            write_stamp(current_key(), sets)
            say(f"运行环境已就绪，用时 {time.monotonic() - began:.0f} 秒。")
    except PermissionError as error:
        stop(f"没有写权限：{error.filename or ROOT}。请把里正放到你能写的文件夹，或换有权限的用户运行。")
    except OSError as error:
        stop(f"安装没有完成：{error}。请检查磁盘空间和文件夹权限，再运行一次会接着装。")
    except KeyboardInterrupt:
        stop("安装中断了。再运行一次会接着装。", code=130)


@contextmanager
def only_one():
    """Hold the installation lock; a second start waits for the first. The system frees it when we die."""
    with open(LOCK, "a+b") as handle:
        if not try_lock(handle):
            say("另一次启动正在安装，等它完成……（Ctrl+C 放弃）")
            while not try_lock(handle):
                time.sleep(0.2)
        yield


def try_lock(handle):
    with suppress(OSError):
        if sys.platform == "win32":
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def make_venv():
    """Leave a `.venv` whose interpreter runs, is new enough and has pip."""
    import shutil
    from importlib.util import find_spec

    for half_made in (*VENV.glob("lib/python*/site-packages/*.dist-info"), *VENV.glob("Lib/*/*.dist-info")):
        if not (half_made / "RECORD").exists():
            shutil.rmtree(half_made)
    runs = venv_version() >= OLDEST
    if runs and output([str(PYTHON), *PIP, "--version"]):
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        cure = "运行：sudo apt install python3-venv" if shutil.which("apt") else "安装完整的 Python。"
        stop(f"这个 Python 缺少 venv 模块，无法建立运行环境。请先{cure}")
    say("建立 .venv")
    if runs:
        run([str(PYTHON), "-m", "ensurepip", "--default-pip"])
    else:
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def fill_venv(wanted):
    """Install exactly these pins, one line of progress for each package fetched."""
    listing = VENV / "lizheng-requirements.txt"
    listing.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    begun, not_for_here = set(), set()

    def progress(line):
        step = re.match(r"(Collecting|Processing|Ignoring|Requirement already satisfied:) (\S+)", line)
        large = re.match(r"\s*Downloading ([\w.]+)-\S+\.whl \(([\d.]+ MB)\)", line)
        if line.startswith("Ignoring"):
            not_for_here.add(line)
        elif step and line not in begun:
            begun.add(line)
            if not line.startswith("Requirement"):
                name = canonical(re.sub(r"-\d.*", "", step.group(2).split("/")[-1]))
                say(f"[{len(begun)}/{len(wanted) - len(not_for_here)}] 安装 {name}")
        elif large:
            say(f"    下载 {large.group(1)}（{large.group(2)}）")
        elif line.startswith("Installing collected packages"):
            say(f"写入 {line.count(',') + 1} 个包……")

    # Compiling on first import is faster, as most is never imported, unless Python may not keep the result.
    compiling = "--compile" if sys.dont_write_bytecode else "--no-compile"
    options = ["--no-deps", compiling, "--progress-bar", "off", "-r", str(listing)]
    run([str(PYTHON), *PIP, "install", *options], progress)


def run(command, progress=None):
    """Run a step of the set-up; when it fails, show the end of what it said and stop."""
    import subprocess

    settings = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "PIP_USER": "0"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    child = subprocess.Popen(command, env=settings, cwd=ROOT, **pipes)
    said = []
    for line in child.stdout or ():
        said.append(line.rstrip())
        if progress:
            progress(line)
    if child.wait() != 0:
        tail = "\n".join(f"  | {line}" for line in said[-15:])
        stop(f"{tail}\n安装没有成功。{failure_hint(' '.join(said))}再运行一次会接着装。")


def output(command):
    """What a command prints, or "" when it cannot be run or fails."""
    import subprocess

    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace")
    return ""


def failure_hint(said):
    if re.search(r"Retrying|Connection|timed out|resolve|SSL|No matching distribution", said):
        return "看起来连不上软件源：请检查网络或代理，也可以用环境变量 PIP_INDEX_URL 指定就近的镜像。"
    return "磁盘满了，请先腾出空间。" if "No space left" in said else "原因见上面几行。"


def say(text):
    sys.stderr.write(text + "\n")


def stop(text, code=1):
    say(text)
    sys.exit(code)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        enter()
    for unknown in set(sys.argv[1:]) - set(declared()):
        stop(f"没有叫「{unknown}」的可选依赖。可用的有：{'、'.join(filter(None, declared()))}。")
    install(sys.argv[1:])
