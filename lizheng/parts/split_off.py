"""The first migration of a feature that was split off another one: what that one left for it in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SplitOff:
    """What a `feature` inherits of the one it was part of until then, `formerly`.

    The rows of `old_table` come to `table`, both having these `columns`, with their ids, for undos name them. Slots of
    `jobs` (names, with what their keys begin with), pendings of `decisions` and records of `records` (kinds) come along,
    and what was caused by the feature itself (`causes`: what follows its name in a source). Counters `formerly.x` become
    `feature.x`.
    """

    feature: str
    formerly: str
    old_table: str
    table: str
    columns: tuple[str, ...]
    jobs: Mapping[str, str] = field(default_factory=dict)
    decisions: Collection[str] = ()
    records: Collection[str] = ()
    causes: Collection[str] = ()
    counters: Collection[str] = ()

    async def take_over(self, apps: Any, editor: Any) -> None:
        """Run as the code of `RunPython`, after the table is made; a database without the old table has nothing to give.

        The feature is on exactly where the other one is.
        """
        if not await self._is_there(editor):
            return
        run, of_old = editor._run_sql, f"WHERE \"feature\" = '{self.formerly}'"
        columns = ", ".join(f'"{column}"' for column in self.columns)
        await run(f'INSERT INTO "{self.table}" ({columns}) SELECT {columns} FROM "{self.old_table}"')
        await run(f'DROP TABLE "{self.old_table}"')
        if editor.client.capabilities.dialect == "postgres":
            last = f'(SELECT COALESCE(MAX("id"), 0) + 1 FROM "{self.table}")'
            await run(f"SELECT setval(pg_get_serial_sequence('\"{self.table}\"', 'id'), {last}, false)")
        await run(
            f'INSERT INTO "lizheng_switch" ("group_id", "feature", "on") SELECT "group_id", \'{self.feature}\', "on" '
            f'FROM "lizheng_switch" {of_old} AND "group_id" NOT IN '
            f'(SELECT "group_id" FROM "lizheng_switch" WHERE "feature" = \'{self.feature}\')'
        )
        for cause in self.causes:
            begins = f"{self.formerly}:{cause}"
            rest = f"'{self.feature}' || SUBSTR(\"source\", {len(self.formerly) + 1})"
            await run(
                f'UPDATE "lizheng_pending" SET "source" = {rest} {of_old} AND "source" LIKE \'{begins}%\''
            )
        for job, key in self.jobs.items():
            await run(
                f'UPDATE "lizheng_slot" SET "feature" = \'{self.feature}\' {of_old} AND "name" = \'{job}\' '
                f"AND \"key\" LIKE '{key}%'"
            )
        for table, column, names in (
            ("lizheng_pending", "kind", self.decisions),
            ("lizheng_record", "kind", self.records),
        ):
            for name in names:
                await run(
                    f'UPDATE "{table}" SET "feature" = \'{self.feature}\' {of_old} AND "{column}" = \'{name}\''
                )
        for name in self.counters:
            await run(
                f'UPDATE "lizheng_counter" SET "name" = \'{self.feature}.{name}\' '
                f"WHERE \"name\" = '{self.formerly}.{name}'"
            )

    async def _is_there(self, editor: Any) -> bool:
        postgres = editor.client.capabilities.dialect == "postgres"
        asked = (
            f"SELECT 1 WHERE to_regclass('\"{self.old_table}\"') IS NOT NULL"
            if postgres
            else f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{self.old_table}'"
        )
        return bool(await editor.client.execute_query_dict(asked))
