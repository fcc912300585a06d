"""A pretend Zoom: same API, same signatures, a memory, and moods. Of ours it knows `zoom.signature` and nothing else,
so that client and simulator cannot be wrong together."""
