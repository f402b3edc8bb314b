"""Reads of conversations; they never commit."""
