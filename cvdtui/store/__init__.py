"""What must survive a kill: the journal of bars and signals."""
