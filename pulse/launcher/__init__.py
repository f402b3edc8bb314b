"""What `make run` starts: every part of Pulse on one machine, as one family of processes.

`python -m pulse.launcher` starts an embedded Redis and a local mailbox where none is configured, applies
the migrations, loads the demo data, then runs web and worker until it is told to stop. `__main__` is the
order of events, `embedded` the two stand-ins, `family` the child processes, `guard` what ends them.
"""
