"""Tables that somebody sends by a form: none too large is read, and a sentence says so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from returnhome.intake import reading
from returnhome.web import gds
from returnhome.web.asked import Request

# Beside the files, a form has its token, its answers and the lines between the parts.
REST_OF_FORM = 64 * 1024
MEGABYTE = 1024 * 1024
LONGEST_WAIT = 1024 * MEGABYTE


class NoLargerThanATable(FileUploadHandler):
    """Lets a file that is larger than any table go by, without keeping a byte of it.

    It is let go by, not cut off: a browser that is cut off shows no page of ours. It is done here,
    because Django's way holds a line in memory, and what is no table can be one long line.
    """

    size = 0
    body: Any = None

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *_: Any, **__: Any
    ) -> None:
        self.body, self.size = input_data, content_length

    @property
    def is_too_large(self) -> bool:
        return self.size > reading.LARGEST + REST_OF_FORM

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        if self.is_too_large:
            left = LONGEST_WAIT
            while left > 0 and (passed := self.body.read(MEGABYTE)):
                left -= len(passed)
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def takes_tables(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view to which tables are sent: the token is asked for once large files are kept out."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def asked(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            request.upload_handlers.insert(0, NoLargerThanATable(request))
        return protected(request, *args, **kwargs)

    return asked


def refuse_too_large(request: Request, form: gds.Form, what: str, instead: str) -> None:
    """Say of the field `file` how large `what` is, and what to do `instead`."""
    handler = request.upload_handlers[0]
    if isinstance(handler, NoLargerThanATable) and handler.is_too_large:
        form.fields["file"].error_messages["required"] = (
            f"{what} {-(-handler.size // MEGABYTE)} MB and the most that can be read is "
            f"{reading.LARGEST // MEGABYTE} MB: {instead}."
        )
