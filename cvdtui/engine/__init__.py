"""Arithmetic of order flow: exact, pure, without clock, files or sockets."""
