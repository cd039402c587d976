"""What is sent to a child's own pages: held in memory, and on no disk as it came."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from returnhome.rules.making import LARGEST, MEGABYTE

# All that is held of one request, however many files it says it has.
MOST = sum(LARGEST.values())
# Let go by, so that the child gets a page that says so. Beyond this nobody waits for the rest.
LET_GO_BY = 200 * MEGABYTE


class InMemory(FileUploadHandler):
    """Holds a file while it is small enough; of a larger one only how large it was is known.

    It is let go by, not cut off: a browser that is cut off shows no page of ours, and what stands
    in the form behind the file is read too.
    """

    held: BytesIO
    size = 0
    is_dropped = False
    room = MOST
    passed = 0

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self.held, self.size, self.is_dropped = BytesIO(), 0, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        self.passed += len(raw_data)
        if self.passed > LET_GO_BY:
            raise StopUpload(connection_reset=True)
        if self.size > max(LARGEST.values()) or len(raw_data) > self.room:
            self.is_dropped = True
            self.room += self.held.tell()
            self.held = BytesIO()
        if not self.is_dropped:
            self.room -= len(raw_data)
            self.held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held,
            self.field_name,
            self.file_name,
            self.content_type,
            self.size,
            self.charset,
            self.content_type_extra,
        )
