"""Accounts: users, sessions, tokens, one-time codes, mail links, profile, roles and account status."""
