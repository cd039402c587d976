"""In the demonstration only: an invented police file, to try the intake with."""

import os
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponseBase

from returnhome.rules.access import Verb
from returnhome.web.asked import Request

NAME = "northshire-police.csv"


def place() -> Path:
    """Where the file lies: beside the demonstration's database."""
    return Path(os.environ["RETURNHOME_DATA"]) / "demonstration" / NAME


def fetch(request: Request) -> HttpResponseBase:
    """The file, for those who may take one in: not everybody can open the folder it lies in."""
    if not (settings.DEMONSTRATION and request.user.may(Verb.CONFIRM_INTAKE)):
        raise Http404
    if not place().exists():
        raise Http404
    return FileResponse(place().open("rb"), as_attachment=True, content_type="text/csv")
