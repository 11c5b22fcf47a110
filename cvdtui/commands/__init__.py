"""One module a command: what each does once its options are read."""
