# What `flask` runs here; without it, it would take wsgi.py, which is a server.
FLASK_APP=pulse
