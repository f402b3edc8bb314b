"""Benchmarks: how fast Pulse is, beside what others would write. `README.md` says how to run them."""
