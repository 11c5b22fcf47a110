"""Markets and their states: trades are routed in, viewers read snapshots out."""
