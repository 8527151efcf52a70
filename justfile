# `just` lists these; each is one line you can also type yourself.
python := if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }

default:
    @just --list

# Start the bot; with nothing configured the sandbox opens.
run *args:
    python3 bot.py {{args}}

# Run the tests; extra words go to pytest.
test *args:
    python3 -m tests {{args}}

# What CI checks besides the tests.
lint:
    {{python}} -m ruff check
    {{python}} -m ruff format --check
    {{python}} -m pyright

# Start a plugin and its test from the template.
new *args:
    {{python}} -m lizheng new {{args}}

# Print the performance table.
bench *args:
    {{python}} -m bench {{args}}

# The long tests: histories with kill -9, real installations, soak.
nightly *args:
    python3 -m tests -m nightly {{args}}

# The conversations and the kit's suites once more, on a real Postgres.
postgres *args:
    python3 -m tests --engine postgres tests/kit tests/plugins tests/test_readmes.py {{args}}

# Put known bugs into a copy, one at a time, and see that the tests find them.
seeded *args:
    {{python}} -m tests.seeded {{args}}

# How much of the code the tests reach, and the branches of the rooms everything rests on.
covered *args:
    {{python}} -m tests.support.coverage {{args}}

# Pin every dependency again; add --upgrade to move the pins.
pin *args:
    uv pip compile --universal --all-extras --group dev --group train --annotation-style line --custom-compile-command "just pin" {{args}} pyproject.toml -o constraints.txt
