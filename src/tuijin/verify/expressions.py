"""
Formulas over ledger values: a small language with its own parser. Pure.

::

    comparison := sum (("<=" | ">=" | "<" | ">" | "==" | "≤" | "≥") sum)?
    sum        := product (("+" | "-" | "−") product)*
    product    := factor (("*" | "×" | "/" | "÷") factor)*
    factor     := "-" factor | number | name | call | "(" comparison ")"
    call       := ("min" | "max" | "abs" | "if") "(" comparison ("," comparison)* ")"
    name       := letter (letter | digit | "_")* ("." name)?

Nothing else: no attribute, index, string, power or call of anything. Values are exact decimals with
a unit; a value known only as a range carries its two ends through (interval arithmetic), so the
answer's range holds every answer that the ranges allow. A plain number takes the unit of what it
stands beside. A comparison is 1, 0 or, where the ranges overlap, anything between.

References
----------
R. E. Moore, Interval Analysis, 1966: a value used twice is taken as two, which widens the range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from tuijin.errors import ClaimMalformed

MAX_DEPTH = 32
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,12}(?:\.\d{1,6})?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"
    r"|(?P<op><=|>=|==|[-+*/()<>,×÷−≤≥]))",
    re.ASCII,
)
_ALIAS = {"×": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">="}
_SAME = {  # parts of unit codes that mean the same
    "minutes": {"minute": 1}, "hours": {"hour": 1}, "days": {"day": 1}, "years": {"year": 1},
    "mwh": {"mw": 1, "hour": 1},
}  # fmt: skip
_FUNCTIONS = {"min": (2, 8), "max": (2, 8), "abs": (1, 1), "if": (3, 3)}

Unit = Mapping[str, int]  # base -> power; None is a plain number
Node = tuple[Any, ...]  # operator, then number, name or nodes


class DivisorMayBeZero(ArithmeticError):
    """The range of a divisor holds zero: the formula has no bounded answer."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A range of values (low = high where known exactly) in a unit."""

    low: Decimal
    high: Decimal
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed expression and the names it reads, in order of appearance."""

    tree: Node
    names: tuple[str, ...]


def parse_unit(code: str) -> dict[str, int]:
    """`yuan_per_t` is yuan¹ t⁻¹, `mwh` mw¹ hour¹; ratio and count are plain."""
    over, _, under = code.partition("_per_")
    powers: dict[str, int] = {}
    for part, sign in ((over, 1), (under, -1)):
        for base, n in _SAME.get(part, {part: 1}).items():
            powers[base] = powers.get(base, 0) + sign * n
    return {base: n for base, n in powers.items() if base not in ("", "ratio", "count") and n}


def parse(text: str) -> Formula:
    """
    Parse a formula.

    Raises
    ------
    ClaimMalformed
        With code `expression` and the place, if anything is outside the language.
    """
    parser = _Parser(_tokens(text))
    tree = parser.comparison(0)
    if parser.now() != ("end", ""):
        raise _refuse(f"nothing may follow here, got {parser.now()[1]!r}")
    return Formula(tree, tuple(dict.fromkeys(parser.names)))


def evaluate(formula: Formula, values: Mapping[str, Quantity]) -> Quantity:
    """
    Work a formula out.

    Raises
    ------
    ClaimMalformed
        If units do not fit.
    DivisorMayBeZero
        If a divisor's range holds zero.
    """
    with localcontext() as context:
        context.prec = 40
        return _work(formula.tree, values)


def _refuse(message: str) -> ClaimMalformed:
    return ClaimMalformed(f"formula: {message}", code="expression")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _refuse(f"not allowed at {at + 1}: {text[at : at + 12]!r}")
        kind = match.lastgroup or ""
        found.append((kind, _ALIAS.get(match[kind], match[kind])))
        at = match.end()
    return [*found, ("end", "")]


class _Parser:
    """Recursive descent; `depth` bounds it."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self.names: list[str] = []

    def now(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _take(self, *wanted: str) -> str | None:
        kind, text = self.now()
        if kind != "op" or text not in wanted:
            return None
        self._at += 1
        return text

    def _expect(self, wanted: str) -> None:
        if self._take(wanted) is None:
            raise _refuse(f"expected {wanted!r}, got {self.now()[1]!r}")

    def comparison(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _refuse(f"nested deeper than {MAX_DEPTH}")
        left = self._chain(("+", "-"), lambda: self._chain(("*", "/"), lambda: self._factor(depth)))
        operator = self._take("<=", ">=", "<", ">", "==")
        if operator is None:
            return left
        right = self._chain(
            ("+", "-"), lambda: self._chain(("*", "/"), lambda: self._factor(depth))
        )
        return (operator, left, right)

    def _chain(self, operators: tuple[str, ...], part: Callable[[], Node]) -> Node:
        left = part()
        while (operator := self._take(*operators)) is not None:
            left = (operator, left, part())
        return left

    def _factor(self, depth: int) -> Node:
        if self._take("-"):
            if depth > MAX_DEPTH:
                raise _refuse(f"nested deeper than {MAX_DEPTH}")
            return ("negate", self._factor(depth + 1))
        if self._take("("):
            inner = self.comparison(depth + 1)
            self._expect(")")
            return inner
        kind, text = self.now()
        if kind not in ("number", "name"):
            raise _refuse(f"expected a value, got {text!r}")
        self._at += 1
        if kind == "number":
            return ("number", text)
        if text in _FUNCTIONS:
            return self._call(text, depth)
        self.names.append(text)
        return ("name", text)

    def _call(self, name: str, depth: int) -> Node:
        self._expect("(")
        arguments = [self.comparison(depth + 1)]
        while self._take(","):
            arguments.append(self.comparison(depth + 1))
        self._expect(")")
        fewest, most = _FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            raise _refuse(f"{name} takes {fewest} to {most} values, got {len(arguments)}")
        return (name, *arguments)


def _work(node: Node, values: Mapping[str, Quantity]) -> Quantity:
    operator, *parts = node
    if operator == "number":
        number = Decimal(parts[0])
        return Quantity(number, number)
    if operator == "name":
        return values[parts[0]]
    operands = [_work(part, values) for part in parts]
    return _OPERATIONS[operator](*operands)


def _fit(*quantities: Quantity) -> Unit | None:
    """Return the one unit these share, plain numbers aside."""
    units = [q.unit for q in quantities if q.unit is not None]
    if any(unit != units[0] for unit in units):
        written = " and ".join(sorted({write_unit(unit) for unit in units}))
        raise ClaimMalformed(f"formula: units do not fit: {written}", code="expression")
    return units[0] if units else None


def write_unit(unit: Unit | None) -> str:
    return " ".join(f"{base}^{power}" for base, power in sorted((unit or {}).items())) or "ratio"


def _add(a: Quantity, b: Quantity) -> Quantity:
    return Quantity(a.low + b.low, a.high + b.high, _fit(a, b))


def _negate(a: Quantity) -> Quantity:
    return Quantity(-a.high, -a.low, a.unit)


def _subtract(a: Quantity, b: Quantity) -> Quantity:
    return _add(a, _negate(b))


def _multiply(a: Quantity, b: Quantity) -> Quantity:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Quantity(min(ends), max(ends), _combine(a.unit, b.unit, 1))


def _divide(a: Quantity, b: Quantity) -> Quantity:
    if b.low <= 0 <= b.high:
        raise DivisorMayBeZero
    ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Quantity(min(ends), max(ends), _combine(a.unit, b.unit, -1))


def _combine(a: Unit | None, b: Unit | None, sign: int) -> Unit | None:
    if a is None and b is None:
        return None
    powers = dict(a or {})
    for base, power in (b or {}).items():
        powers[base] = powers.get(base, 0) + sign * power
    return {base: power for base, power in powers.items() if power}


def _least(*parts: Quantity) -> Quantity:
    return Quantity(min(q.low for q in parts), min(q.high for q in parts), _fit(*parts))


def _most(*parts: Quantity) -> Quantity:
    return Quantity(max(q.low for q in parts), max(q.high for q in parts), _fit(*parts))


def _absolute(a: Quantity) -> Quantity:
    ends = (abs(a.low), abs(a.high))
    low = Decimal(0) if a.low <= 0 <= a.high else min(ends)
    return Quantity(low, max(ends), a.unit)


def _choose(condition: Quantity, yes: Quantity, no: Quantity) -> Quantity:
    unit = _fit(yes, no)
    if condition.low > 0:
        return Quantity(yes.low, yes.high, unit)
    if condition.high <= 0:
        return Quantity(no.low, no.high, unit)
    return Quantity(min(yes.low, no.low), max(yes.high, no.high), unit)


def _truth(surely: bool, maybe: bool) -> Quantity:  # noqa: FBT001  the two ends of one answer
    return Quantity(Decimal(int(surely)), Decimal(int(maybe)), {})


def _compare(operator: str) -> Callable[[Quantity, Quantity], Quantity]:
    def compare(a: Quantity, b: Quantity) -> Quantity:
        _fit(a, b)
        if operator in (">", ">="):
            a, b = b, a
        if operator in ("<", ">"):
            return _truth(a.high < b.low, a.low < b.high)
        if operator in ("<=", ">="):
            return _truth(a.high <= b.low, a.low <= b.high)
        return _truth(a.low == a.high == b.low == b.high, a.low <= b.high and b.low <= a.high)

    return compare


_OPERATIONS: dict[str, Callable[..., Quantity]] = {
    "+": _add, "-": _subtract, "*": _multiply, "/": _divide, "negate": _negate,
    "min": _least, "max": _most, "abs": _absolute, "if": _choose,
    **{operator: _compare(operator) for operator in ("<", "<=", ">", ">=", "==")},
}  # fmt: skip
