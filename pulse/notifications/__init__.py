"""Notifications: lines addressed to one user, live, listed, counted, and by mail when they are away."""
