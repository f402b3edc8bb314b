"""The application factory. Reads as a table of contents."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from pulse import admin, cli, web, wire, wiring
from pulse.accounts import routes as accounts_routes
from pulse.activity import routes as activity_routes
from pulse.activity.sockets import ActivityNamespace
from pulse.analytics import request_log
from pulse.analytics import routes as analytics_routes
from pulse.config import ROOT, Settings, load
from pulse.conversations import routes as conversations_routes
from pulse.conversations.sockets import ChatNamespace
from pulse.core import backpressure, health, http, logs, metrics, openapi, realtime
from pulse.core.context import Context
from pulse.core.database import prepare_engine
from pulse.extensions import cors, csrf, db, jwt, limiter, mail, migrate, socketio, store
from pulse.notifications import routes as notifications_routes
from pulse.notifications.sockets import NotificationsNamespace
from pulse.presence import leases
from pulse.presence import routes as presence_routes
from pulse.presence.sockets import PresenceNamespace
from pulse.support import routes as support_routes
from pulse.support.sockets import SupportNamespace
from pulse.webhooks import routes as webhooks_routes
from pulse.workspaces import routes as workspaces_routes

API = (
    accounts_routes.bp,
    workspaces_routes.bp,
    presence_routes.bp,
    conversations_routes.bp,
    support_routes.bp,
    activity_routes.bp,
    notifications_routes.bp,
    analytics_routes.bp,
    webhooks_routes.bp,
    web.takeout_bp,
    health.bp,
    metrics.bp,
    openapi.bp,
)


def create_app(settings: Settings | None = None) -> APIFlask:
    """Make the Flask app; without `settings` they come from the environment."""
    settings = settings or load()
    logs.configure(settings)
    app = APIFlask(
        "pulse",
        instance_path=str(settings.instance_path),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        docs_path=None,
        spec_path=None,
    )
    app.config.from_mapping(flask_config(settings))
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.extensions["pulse"] = Context(settings=settings, wiring=wiring.WIRING)
    http.init_app(app)
    request_log.init_app(app)
    init_extensions(app, settings)

    for blueprint in API:
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)  # cookies there are guarded by the token's own CSRF check
    app.register_blueprint(web.bp)
    app.register_blueprint(web.widget_bp)
    admin.init_app(app)
    cli.init_app(app)

    socketio.on_namespace(PresenceNamespace("/presence"))
    socketio.on_namespace(ChatNamespace("/chat"))
    socketio.on_namespace(SupportNamespace("/support"))
    socketio.on_namespace(ActivityNamespace("/activity"))
    socketio.on_namespace(NotificationsNamespace("/notifications"))
    wiring.bind(app)
    return app


def init_extensions(app: APIFlask, settings: Settings) -> None:
    """Bind every extension to the app."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    store.init_app(app)
    jwt.init_app(app)
    mail.init_app(app)
    limiter.init_app(app)
    csrf.init_app(app)
    cors.init_app(
        app,
        resources={
            r"/(api|users|webhooks)(/.*)?": {"origins": settings.origins},
            # anybody's page may load the browser client; what it can do then, the API decides
            r"/static/(pulse-\w+\.js|vendor/.*)": {"origins": "*", "supports_credentials": False},
        },
        supports_credentials=True,
        expose_headers=["X-Request-Id", "Retry-After"],
    )
    socketio.init_app(
        app,
        async_mode=settings.socketio_async_mode,
        async_handlers=False,  # one client's events are handled in the order in which they were sent
        manage_session=False,
        cors_allowed_origins=lambda origin, environ: http.is_own_origin_of(app, origin, environ),
        max_http_buffer_size=1_000_000,
        ping_interval=25,
        ping_timeout=20,
    )
    if wires(settings):
        wire.install(
            socketio.server,
            address_of=lambda environ: http.address_of(environ, settings.trusted_proxies),
            most_per_address=settings.socketio_connections_per_address,
            is_joining=settings.socketio_wire_joins,
        )
    backpressure.bound(socketio.server.eio)


def wires(settings: Settings) -> bool:
    """Whether Socket.IO goes over `pulse.wire` rather than the stock engine."""
    return settings.socketio_wire and wire.fits(settings.socketio_async_mode)


def flask_config(settings: Settings) -> dict[str, object]:
    """Pulse's settings in the words of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.upload_max_bytes + 64 * 1024,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True}
        if settings.database_url.startswith("postgresql")
        else {},
        "REDIS_URL": settings.redis_url,
        "JWT_SECRET_KEY": settings.jwt_secret_key,
        "JWT_TOKEN_LOCATION": ["headers", "cookies"],
        "JWT_ACCESS_TOKEN_EXPIRES": 15 * 60,
        "JWT_REFRESH_TOKEN_EXPIRES": 30 * 24 * 3600,
        "JWT_ACCESS_COOKIE_NAME": "access_token",
        "JWT_REFRESH_COOKIE_NAME": "refresh_token",
        "JWT_COOKIE_SECURE": settings.is_secure,
        "JWT_COOKIE_SAMESITE": "Lax",
        "JWT_SESSION_COOKIE": False,
        "JWT_COOKIE_CSRF_PROTECT": True,
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USE_TLS": settings.mail_use_tls,
        "MAIL_USE_SSL": settings.mail_use_ssl,
        "MAIL_USERNAME": settings.mail_username or None,
        "MAIL_PASSWORD": settings.mail_password or None,
        "MAIL_DEFAULT_SENDER": settings.mail_default_sender,
        "RATELIMIT_ENABLED": settings.ratelimit_enabled,
        "RATELIMIT_STORAGE_URI": settings.redis_url,
        "RATELIMIT_STORAGE_OPTIONS": {"key_prefix": "pulse:limit", "socket_connect_timeout": 2},
        "RATELIMIT_SWALLOW_ERRORS": True,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,
        "AUTO_404_RESPONSE": False,
    }


def start_background(app: APIFlask) -> realtime.Listener:
    """Start what a serving process does beside requests: hear the bus, renew the lease, end silent ones."""
    listener = realtime.Listener(app)
    app.extensions["pulse.listener"] = listener
    socketio.start_background_task(listener.run)
    socketio.start_background_task(leases.keep, app)
    if not wires(app.extensions["pulse"].settings):
        socketio.start_background_task(backpressure.watch)
    socketio.start_background_task(request_log.keep, app)
    return listener
