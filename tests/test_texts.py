"""What the plugins' `texts.py` promise: every sentence is read somewhere, and every command they name is one."""

from __future__ import annotations

from tests.support.seen_texts import UNSEEN, is_seen, unseen

MOST_UNSEEN = 100
"""May only get smaller."""


def test_every_sentence_is_written_out_in_some_conversation() -> None:
    """Those that are not yet are listed; `python -m tests.support.seen_texts` writes the list anew, shorter."""
    listed = UNSEEN.read_text("utf-8").split()
    found = unseen()
    assert sorted(set(found) - set(listed)) == [], "write these sentences out in a conversation"
    assert sorted(set(listed) - set(found)) == [], "seen by now, or gone: take them off the list"
    assert len(listed) <= MOST_UNSEEN


def test_what_is_left_out_is_not_seen() -> None:
    assert is_seen("{who} 想上广告贴：「{text}」{aside}")
    assert not is_seen("{who} 想上广告贴：「{text}」，而这里没有人这样说过")
