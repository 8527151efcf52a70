"""A QQ group with no QQ: a simulated world, a real OneBot v11 wire to the host, a transcript player and a chat page.

Nothing else in `lizheng` imports this package; the entry script and the tests do.
"""
