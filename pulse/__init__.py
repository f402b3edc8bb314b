"""Pulse: live presence, team chat, direct chat and a support desk in one self-hosted server.

A map of the package, top to bottom; imports point downwards only (checked by import-linter):

    launcher      `make run`: starts web, worker and whatever is not configured
    app           create_app, the table of contents
    wiring        event -> reactions          schedule   periodic job -> interval
    cli           operator commands           admin      Flask-Admin, status board
    web           pages
    notifications lines addressed to one user: live, listed, mailed
    activity      the feed of a workspace
    conversations channels, direct conversations, messages: all kinds on one pipeline
    presence      who is here: devices, rules, live state, history
    workspaces    teams, their members, invitations
    accounts      users, sessions, tokens, codes, mail links
    core          the kernel that knows no domain
    extensions    the Flask extensions        config     settings from the environment
"""

from pulse.app import create_app

__all__ = ["create_app"]
