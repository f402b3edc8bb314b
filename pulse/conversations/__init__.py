"""Channels, direct conversations and support rooms: one table, one message pipeline, one protocol."""
