"""The store: one database, opened with care, written in shielded transactions."""

from lizheng.store.atomic import after_commit, atomic, in_atomic
from lizheng.store.errors import StoreError
from lizheng.store.migrating import KIT, KIT_MODULES, AppModules, make_migrations, undetected_changes
from lizheng.store.sql import fetch, next_number, readable
from lizheng.store.store import Store

__all__ = [
    "KIT",
    "KIT_MODULES",
    "AppModules",
    "Store",
    "StoreError",
    "after_commit",
    "atomic",
    "fetch",
    "in_atomic",
    "make_migrations",
    "next_number",
    "readable",
    "undetected_changes",
]
