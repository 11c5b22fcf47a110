"""What every venue's grammar is made of."""
