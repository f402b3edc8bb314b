"""Workspaces: teams, who is in them in which role, and invitations by mail."""
