"""What the mapper declares but does not create with a new table: CHECK constraints, and tables that are only added to."""

from collections.abc import Awaitable, Callable
from typing import Any

Step = Callable[[Any, Any], Awaitable[None]]
"""What `RunPython` of a migration is given."""


def checked(table: str, checks: dict[str, str]) -> Step:
    """Give a table that has just been created its CHECK constraints, by name."""

    async def step(apps: Any, editor: Any) -> None:
        clauses = [f'CONSTRAINT "{name}" CHECK ({check})' for name, check in checks.items()]
        if editor.client.capabilities.dialect == "postgres":
            for clause in clauses:
                await editor._run_sql(f'ALTER TABLE "{table}" ADD {clause}')
            return
        made = await editor.client.execute_query_dict(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC",
            [table],
        )
        await editor._run_sql(f'DROP TABLE "{table}"')
        for row in made:
            sql = row["sql"].rstrip().rstrip(";")
            if row["type"] == "table":
                sql = sql.removesuffix(")") + ",\n    " + ",\n    ".join(clauses) + ")"
            await editor._run_sql(sql)

    return step


def append_only(table: str) -> Step:
    """Refuse every UPDATE and DELETE on a table from now on."""

    async def step(apps: Any, editor: Any) -> None:
        refusal = f"{table} is only added to"
        if editor.client.capabilities.dialect == "postgres":
            await editor.client.execute_script(
                f'CREATE FUNCTION "{table}_stays"() RETURNS trigger AS '
                f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$ LANGUAGE plpgsql"
            )
            await editor.client.execute_script(
                f'CREATE TRIGGER "{table}_stays" BEFORE UPDATE OR DELETE ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{table}_stays"()'
            )
            return
        for verb in ("UPDATE", "DELETE"):
            await editor.client.execute_query(
                f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )

    return step
