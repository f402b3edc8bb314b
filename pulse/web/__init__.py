"""Pages. They are thin: what they show comes from the REST API and the sockets."""

from pulse.web.routes import bp
from pulse.web.widget import bp as widget_bp

__all__ = ["bp", "widget_bp"]
