"""Files that survive a kill: the journal of bars and signals, the user's choices, lists of instruments."""
