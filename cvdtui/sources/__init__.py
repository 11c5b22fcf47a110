"""What the screen holds on to: a live run or a replay."""
