"""Sockets and REST of venues, recorded files and their replay: bytes in, trades out to the Sink."""
