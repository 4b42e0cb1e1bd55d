"""A log of VDA 5050 state and connection messages: what a fleet of vehicles said it was doing."""

from __future__ import annotations

from collections.abc import Mapping

from tuijin.errors import ImportFailed, TooLarge
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.csv_rows import MAX_FILE_BYTES
from tuijin.importers.logs import build_log
from tuijin.importers.vda5050_log.messages import Counts, Gatekeeper, Taken, Vehicle
from tuijin.importers.vda5050_log.reading import (
    FLAGS,
    HANDLINGS,
    TRIGGERS,
    Messages,
    read_messages,
    write_notes,
)

__all__ = [
    "Counts",
    "Gatekeeper",
    "Messages",
    "Taken",
    "Vehicle",
    "plugin",
    "read_messages",
    "write_notes",
]


class Vda5050Log:
    id = "vda5050_log"
    title_zh = "VDA 5050 报文日志（2.0、2.1、3.0）"
    title_en = "VDA 5050 message log (2.0, 2.1, 3.0)"
    suffixes = (".jsonl", ".ndjson", ".log")

    def recognises(self, data: bytes, *, name: str) -> bool:
        head = data[:65_536]
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"headerId" in head

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        if not data.strip():
            raise ImportFailed("文件是空的；每行应有一条报文", code="empty_file")
        if len(data) > MAX_FILE_BYTES:
            said = f"文件 {len(data)} 字节，上限 {MAX_FILE_BYTES}；更长的日志用 tuijin measure"
            raise TooLarge(said)
        found = read_messages(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
        if not found.counts.taken:
            reasons = "；".join(note.message for note in write_notes(found.counts))
            raise ImportFailed(f"没有可用的报文：{reasons}", code="nothing_taken")
        table = build_log("vehicle_state", _columns(found), found.line)
        return Parsed((table,), notes=write_notes(found.counts), encoding="utf-8")


def _columns(found: Messages) -> dict[str, list[object]]:
    vehicles, nodes = list(found.vehicles), list(found.nodes)
    return {
        "manufacturer": [vehicles[at][0] for at in found.vehicle],
        "serial": [vehicles[at][1] for at in found.vehicle],
        "time_seconds": list(found.time_seconds),
        "node": [nodes[at] for at in found.node],
        "trigger": [TRIGGERS[at] for at in found.trigger],
        "handling": [HANDLINGS[at] for at in found.handling],
        "load_kg": [None if kg != kg else kg for kg in found.load_kg],  # noqa: PLR0124  NaN
        **{name: [bool(flag) for flag in found.flags[name]] for name in FLAGS},
    }


plugin = Vda5050Log()
