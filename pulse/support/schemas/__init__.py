"""Wire formats of the desk."""
