"""The read side: frozen pictures of the state, made for one viewer."""
