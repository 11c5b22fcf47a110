"""What moves bytes into the Sink: sockets and REST of venues, files, replay."""
