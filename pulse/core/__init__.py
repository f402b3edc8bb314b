"""The shared kernel. It knows no domain; every domain leans on it."""
