"""REST for webhooks."""

from collections.abc import Sequence

from apiflask import APIBlueprint

from pulse.accounts.limits import per_user
from pulse.core.errors import NotFound
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.webhooks import policy, queries, service
from pulse.webhooks import schemas as s
from pulse.webhooks.models import Delivery, WebhookEvent

bp = APIBlueprint("webhooks", __name__, tag="Webhooks")
USE = Permission.WEBHOOKS_USE
SWITCHED_OFF = "It is switched off."


@bp.get("/api/webhooks/")
@bp.get("/webhooks/")
@needs(USE)
@bp.input(s.PageQuery, location="query", arg_name="query")
@bp.output(Page[s.EndpointOut])
def list_webhooks(query: s.PageQuery) -> Page[s.EndpointOut]:
    """Webhooks: your own, and those of the workspaces that you manage"""
    who, after = identity(), decode_cursor(query.cursor, int)
    found = queries.endpoints(who.user_id, who.is_admin, after[0] if after else None, query.limit + 1)
    page, last = cut(found, query.limit)
    return Page(data=[s.EndpointOut.of(one) for one in page], next=encode_cursor(last.id) if last else None)


@bp.post("/api/webhooks/")
@bp.post("/webhooks/")
@needs(USE)
@bp.input(s.EndpointIn, arg_name="body")
@bp.output(s.EndpointWithSecretOut, status_code=201)
@bp.doc(responses={404: "There is no such workspace.", 409: "You have as many as you may."})
def create_webhook(body: s.EndpointIn) -> s.EndpointWithSecretOut:
    """Register a webhook

    For a workspace that you manage, or as an admin for the server. It is told what you may see.
    """
    endpoint_id = service.create(
        identity(),
        body.workspace_id,
        body.url,
        body.events,
        description=body.description,
        is_ordered=body.is_ordered,
    )
    return s.EndpointWithSecretOut.of(policy.check_owns(identity(), endpoint_id))


@bp.get("/api/webhooks/<id:endpoint_id>/")
@bp.get("/webhooks/<id:endpoint_id>/")
@needs(USE)
@bp.output(s.EndpointOut)
def get_webhook(endpoint_id: int) -> s.EndpointOut:
    """One webhook"""
    return s.EndpointOut.of(policy.check_sees(identity(), endpoint_id))


@bp.patch("/api/webhooks/<id:endpoint_id>/")
@bp.patch("/webhooks/<id:endpoint_id>/")
@needs(USE)
@bp.input(s.EndpointChangeIn, arg_name="body")
@bp.output(s.EndpointOut)
def change_webhook(endpoint_id: int, body: s.EndpointChangeIn) -> s.EndpointOut:
    """Change a webhook, or switch it on or off

    Whoever manages its workspace may switch it off; all else is its owner's.
    """
    service.update(identity(), endpoint_id, body.model_dump(exclude_unset=True))
    return s.EndpointOut.of(policy.check_sees(identity(), endpoint_id))


@bp.delete("/api/webhooks/<id:endpoint_id>/")
@bp.delete("/webhooks/<id:endpoint_id>/")
@needs(USE)
@bp.output({}, status_code=204)
def delete_webhook(endpoint_id: int) -> str:
    """Delete a webhook with its log"""
    service.delete(identity(), endpoint_id)
    return ""


@bp.get("/api/webhooks/<id:endpoint_id>/secret/")
@needs(USE)
@bp.output(s.SecretOut)
def get_secret(endpoint_id: int) -> s.SecretOut:
    """The secret of your own webhook"""
    return s.SecretOut(secret=policy.check_owns(identity(), endpoint_id).secret)


@bp.post("/api/webhooks/<id:endpoint_id>/rotate-secret/")
@needs(USE)
@bp.output(s.EndpointWithSecretOut)
def rotate_secret(endpoint_id: int) -> s.EndpointWithSecretOut:
    """Give your webhook a new secret

    For 24 hours every request carries two signatures, with the new one and with the one before.
    """
    service.rotate(identity(), endpoint_id)
    return s.EndpointWithSecretOut.of(policy.check_owns(identity(), endpoint_id))


@bp.post("/api/webhooks/<id:endpoint_id>/test/")
@needs(USE)
@per_user("30/minute")
@bp.output(s.DeliveryOut, status_code=202)
@bp.doc(responses={409: SWITCHED_OFF})
def test_webhook(endpoint_id: int) -> s.DeliveryOut:
    """Send `webhook.test` to your webhook"""
    return _shown(endpoint_id, service.send_test(identity(), endpoint_id))


@bp.get("/api/webhooks/<id:endpoint_id>/deliveries/")
@needs(USE)
@bp.input(s.DeliveriesQuery, location="query", arg_name="query")
@bp.output(Page[s.DeliveryOut])
def list_deliveries(endpoint_id: int, query: s.DeliveriesQuery) -> Page[s.DeliveryOut]:
    """What a webhook was told, the latest first, with every try"""
    policy.check_sees(identity(), endpoint_id)
    after = decode_cursor(query.cursor, int)
    found = queries.deliveries(endpoint_id, query.status, after[0] if after else None, query.limit + 1)
    page, last = cut(found, query.limit)
    return Page(data=_all_shown(page), next=encode_cursor(last[0].id) if last else None)


@bp.post("/api/webhooks/<id:endpoint_id>/deliveries/<id:delivery_id>/retry/")
@needs(USE)
@per_user("120/minute")
@bp.output(s.DeliveryOut, status_code=202)
@bp.doc(responses={409: SWITCHED_OFF})
def retry_delivery(endpoint_id: int, delivery_id: int) -> s.DeliveryOut:
    """Send something again, now"""
    service.retry(identity(), endpoint_id, delivery_id)
    return _shown(endpoint_id, delivery_id)


@bp.post("/api/webhooks/<id:endpoint_id>/replay/")
@needs(USE)
@per_user("10/minute")
@bp.input(s.ReplayIn, arg_name="body")
@bp.output(s.ReplayOut, status_code=202)
@bp.doc(responses={409: SWITCHED_OFF})
def replay(endpoint_id: int, body: s.ReplayIn) -> s.ReplayOut:
    """Send again what happened in a time

    The same events with the same ids, those that your webhook was told and still asks for; 10,000 at most.
    """
    return s.ReplayOut(replayed=service.replay(identity(), endpoint_id, body.since, body.until))


def _shown(endpoint_id: int, delivery_id: int) -> s.DeliveryOut:
    found = queries.delivery(endpoint_id, delivery_id)
    if found is None:
        raise NotFound("There is no such delivery.")
    return _all_shown([found])[0]


def _all_shown(found: Sequence[tuple[Delivery, WebhookEvent]]) -> list[s.DeliveryOut]:
    attempts = queries.attempts([delivery.id for delivery, _ in found])
    return [s.DeliveryOut.of(delivery, event, attempts[delivery.id]) for delivery, event in found]
