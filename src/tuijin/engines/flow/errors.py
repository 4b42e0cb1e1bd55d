"""
How a run can end other than well; each has a stable code (security reference 3.8).

::

    ModelError
    └── RunFailed
        ├── ZeroTimeLoop   zero_time_loop  100,000 events at the same model time
        ├── EventLimit     event_limit     more events than the spec allows
        ├── MemoryLimit    memory_limit    more entities at once than memory is given for
        ├── Deadlock       deadlock        entities are inside, and nothing can happen any more
        └── Cancelled      cancelled       whoever asked for the run asked it to stop
"""

from __future__ import annotations

from tuijin.errors import ModelError


class RunFailed(ModelError):
    code, title = "run_failed", "模型运行未完成"


class ZeroTimeLoop(RunFailed):
    code, title = "zero_time_loop", "模型在同一时刻循环不止"


class EventLimit(RunFailed):
    code, title = "event_limit", "事件数超过上限"


class MemoryLimit(RunFailed):
    code, title = "memory_limit", "内存超过上限"


class Deadlock(RunFailed):
    code, title = "deadlock", "模型互相等待，无法继续"


class Cancelled(RunFailed):
    code, title = "cancelled", "运行已取消"
