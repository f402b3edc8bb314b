"""Pages. They are thin: what they show comes from the REST API and the sockets."""

from pulse.web.routes import bp
from pulse.web.takeout import bp as takeout_bp
from pulse.web.widget import bp as widget_bp

__all__ = ["bp", "takeout_bp", "widget_bp"]
