"""A council's list of services as a page of Open Referral UK 3.0, for other directories to read."""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from returnhome.casework.services import Service
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import TAXONOMY


def page(services: Iterable[Service]) -> dict[str, Any]:
    """All of them as one page of the API's `/services`."""
    contents = [one(service) for service in services]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def one(service: Service) -> dict[str, Any]:
    """One service with what belongs to it. What is not known is left out.

    The standard wants an id of everything: ours are made of the service's own, and stay the same.
    """
    said: dict[str, Any] = {
        "id": service.reference,
        "name": service.name,
        "status": "active",
        "url": service.url,
        "description": service.description,
        "eligibility_description": service.who_for,
        "email": service.email,
        "minimum_age": service.minimum_age,
        "maximum_age": service.maximum_age,
        "last_modified": service.added_at.isoformat(),
    }
    if service.organisation:
        said["organization"] = {
            "id": _id("organization", service.organisation.casefold()),
            "name": service.organisation,
            "description": service.organisation,
        }
    if service.phone:
        phone = {"id": _id(service.reference, "phone"), "number": service.phone}
        said["contacts"] = [{"id": _id(service.reference, "contact"), "phones": [phone]}]
    if service.where:
        said["service_at_locations"] = [_place(service)]
    if service.helps_with:
        said["attributes"] = [_helps_with(service, code) for code in service.helps_with]
    # A service without a web address has an empty one, because the standard asks for the field.
    return {name: value for name, value in said.items() if value or name == "url"}


def _place(service: Service) -> dict[str, Any]:
    return {
        "id": _id(service.reference, "service_at_location"),
        "location": {
            "id": _id(service.reference, "location"),
            "location_type": "physical",
            "addresses": [
                {
                    "id": _id(service.reference, "address"),
                    "address_1": service.address,
                    "city": service.town,
                    "postal_code": service.postcode,
                    "country": "GB",
                    "address_type": "physical",
                }
            ],
        },
    }


def _helps_with(service: Service, code: str) -> dict[str, Any]:
    return {
        "id": _id(service.reference, f"attribute {code}"),
        "link_type": "helps_with",
        "taxonomy_term": {
            "id": _id("taxonomy_term", code),
            "code": code,
            "name": NeedKind(code).label,
            "taxonomy": TAXONOMY,
        },
    }


def _id(of: str, what: str) -> str:
    return str(uuid5(_within(of), what))


def _within(of: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:returnhome:{of}")
