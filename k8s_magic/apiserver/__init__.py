"""The API server: one store, one journal, and the path that every request takes through them."""
