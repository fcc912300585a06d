"""The only calls out: a client for Zoom that knows nothing of the house but the word Failure."""
