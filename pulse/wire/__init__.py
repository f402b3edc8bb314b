"""The transport under Socket.IO: what is sent to many is framed once and handed to the kernel at once.

Knows nothing of Pulse. See docs/wire.md.
"""
