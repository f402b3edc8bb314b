"""Wire formats of conversations, shared by REST and sockets."""
