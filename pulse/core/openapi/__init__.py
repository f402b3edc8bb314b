"""The contract of the HTTP API and of the sockets, made from the routes, namespaces and their schemas.

`document` makes OpenAPI from what the routes say of themselves, `events` makes AsyncAPI from the namespaces;
both share `components` (schemas), `examples` and `problems` (errors). `routes` serves them and their pages.
"""

from pulse.core.openapi.routes import bp

__all__ = ["bp"]
