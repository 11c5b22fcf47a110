"""The read side: frozen Snapshots of the markets, made for one viewer. See README.md beside this file."""
