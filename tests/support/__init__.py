"""What the tests share: features of theirs, fakes of the world outside, and readers of what came of it."""
