"""Presence: who is here. Devices, heartbeats, choices, live state in Redis, history in SQL."""
