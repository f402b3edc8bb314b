"""Webhooks: what happens here, told to other people's servers: signed, retried for days, logged."""
