"""Stop reading an upload where it passes its limit, whatever Content-Length says."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

IMPORT_BYTES, EVIDENCE_BYTES = 20_000_000, 50_000_000
_GRACE_BYTES = 65_536


class StopAtLimit(FileUploadHandler):
    """Counts the files of one request; the handlers after it keep them."""

    read_bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """
        Count a piece and pass it on.

        Raises
        ------
        RequestDataTooBig
            Answered with 413.
        """
        self.read_bytes += len(raw_data)
        path = self.request.path if self.request else ""
        limit = IMPORT_BYTES if path.startswith(("/imports", "/api/v1/imports")) else EVIDENCE_BYTES
        if self.read_bytes > limit + _GRACE_BYTES:
            self._close_others()
            raise RequestDataTooBig(f"more than {limit} bytes of files")
        return raw_data

    def _close_others(self) -> None:
        """Remove what was kept so far; Django closes only files that came whole."""
        for handler in self.request.upload_handlers if self.request else ():
            file = getattr(handler, "file", None)
            if file is not None:
                file.close()

    def file_complete(self, file_size: int) -> None:
        """The file is what the handlers after this one made of it."""
