"""
Everything tuijin raises on purpose.

::

    TuijinError
    ├── BadInput            not readable at all                       400  exit 3
    │   └── ImportFailed    readable, but rows break a rule           422  exit 3
    ├── TypeNotAllowed      wrong kind of file                        415  exit 3
    ├── TooLarge            over a limit                              413  exit 6
    ├── TooMany             over a rate or a quota                    429  exit 6
    ├── UsageError          the command or request is incomplete      428  exit 2
    ├── SignInRequired      nobody is signed in                       401  exit 4
    ├── NotAllowed          visible, but not yours to change          403  exit 4
    ├── NotFound            missing, or not visible: the same answer  404  exit 4
    ├── Conflict            the state does not allow the step         409  exit 5
    │   └── VersionConflict somebody else saved first                 412  exit 5
    ├── Unavailable         read-only, overloaded                     503  exit 7
    │   └── StorageFull     nothing can be written                    507  exit 7
    ├── ModelError          a model was given what it cannot run      422  exit 3
    │   ├── ParameterOutOfRange
    │   └── DidNotConverge
    └── ClaimMalformed      a claim that cannot be tested             422  exit 3

A claim that fails is a result, not an error; too little evidence is UNDECIDED, not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one cell, row, field or path; row and column count from 1, 0 is none."""

    code: str
    message: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    field: str = ""
    expected: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_wire(self) -> dict[str, Any]:
        """Return the shape of the security reference, section 2; `col` there is the column."""
        found = asdict(self)
        found["col"] = found.pop("column")
        return found


class TuijinError(Exception):
    """Base of all; `code` is stable ASCII, `title` is for people and in Chinese."""

    status = 500
    exit_code = 70
    code = "internal"
    title = "内部错误"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        problems: Sequence[Problem] = (),
        detail_en: str = "",
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.detail_en = detail_en
        self.problems = tuple(problems)
        if code is not None:
            self.code = code


class BadInput(TuijinError):
    status, exit_code, code, title = 400, 3, "bad_input", "内容无法读取"


class ImportFailed(BadInput):
    status, exit_code, code, title = 422, 3, "invalid", "内容不符合要求"


class TypeNotAllowed(TuijinError):
    status, exit_code, code, title = 415, 3, "type_not_allowed", "不接受这种文件"


class TooLarge(TuijinError):
    status, exit_code, code, title = 413, 6, "too_large", "超过大小限制"


class TooMany(TuijinError):
    status, exit_code, code, title = 429, 6, "quota", "次数过多，请稍后再试"
    retry_after_seconds = 60


class UsageError(TuijinError):
    status, exit_code, code, title = 428, 2, "usage", "缺少必要的条件"


class SignInRequired(TuijinError):
    status, exit_code, code, title = 401, 4, "sign_in", "请先登录"


class NotAllowed(TuijinError):
    status, exit_code, code, title = 403, 4, "not_allowed", "没有权限进行此操作"


class NotFound(TuijinError):
    status, exit_code, code, title = 404, 4, "not_found", "不存在或不可见"


class Conflict(TuijinError):
    status, exit_code, code, title = 409, 5, "conflict", "当前状态不允许此操作"


class VersionConflict(Conflict):
    status, exit_code, code, title = 412, 5, "version", "其他人已先保存，请刷新后再改"
    etag = ""  # of the version now on record, for the API


class Unavailable(TuijinError):
    status, exit_code, code, title = 503, 7, "unavailable", "系统暂时不可用"


class StorageFull(Unavailable):
    status, code, title = 507, "storage_full", "存储空间已满"


class ModelError(TuijinError):
    status, exit_code, code, title = 422, 3, "model", "模型无法运行"


class ParameterOutOfRange(ModelError):
    code, title = "parameter_out_of_range", "参数超出范围"


class DidNotConverge(ModelError):
    code, title = "did_not_converge", "计算未收敛"


class ClaimMalformed(TuijinError):
    status, exit_code, code, title = 422, 3, "claim_malformed", "承诺写法无法检验"
