"""Logs of messages that are too long for an upload: measured from the file, then proposed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuijin.errors import BadInput
from tuijin.importers import Parsed
from tuijin.importers.vda5050_log import read_messages, write_notes
from tuijin.ledger import batches
from tuijin.ledger.measuring import Log, measure_messages

_IMPORTER = "vda5050_log"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a log gives: entries for the ledger, and the document that tells where from."""

    name: str
    parsed: Parsed
    document: dict[str, Any]

    @property
    def data(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, sort_keys=True).encode()


def measure_log(path: Path, *, gates: tuple[str, ...] = ()) -> Measurement:
    """
    Measure a log of messages, of any length.

    Raises
    ------
    BadInput, ImportFailed
        unreadable; and what `read_messages` and `measure_messages` refuse.
    """
    hashed = hashlib.sha256()
    try:
        messages = read_messages(_read_lines(path, hashed))
    except OSError as error:
        raise BadInput(f"读不到 {path.name}：{error.strerror}", code="unreadable") from error
    log = Log(path.name, hashed.hexdigest(), gates=gates)
    parsed = measure_messages(messages, log, write_notes(messages.counts))
    document = {"log": path.name, "sha256": log.sha256, "gates": list(gates),
                "messages": messages.counts.as_dict()}  # fmt: skip
    return Measurement(path.name, parsed, document)


def _read_lines(path: Path, hashed: Any) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for line in stream:
            hashed.update(line)
            yield line


def propose(measurement: Measurement) -> batches.Outcome:
    """Leave a measurement for whoever asks to accept it, like an uploaded file."""
    return batches.propose(
        measurement.parsed, measurement.data, name=f"{measurement.name}.json", importer=_IMPORTER
    )
