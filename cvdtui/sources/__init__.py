"""What the screen reads: a live run or a replay, behind the Source protocol of `app`."""
