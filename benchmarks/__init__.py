"""How fast is it, beside the least that could do the same job? Measured as ratios in one run, never in the tests.

`python -m benchmarks` measures every line, `python -m benchmarks.registrations` one. A line measures ours and its
floor in alternated rounds and prints both, the ratio with its spread, and the limit: a machine swings by half within
a minute, so only what was measured side by side may be compared. Everything runs on loopback, and ends by itself."""
