"""What must survive a crash: calls on their way, due slots, who acts for which group."""
