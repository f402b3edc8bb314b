"""Pulse beside its peers: the same job, in the same run, round by round in turn."""
