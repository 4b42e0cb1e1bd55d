"""
All rates at which the present value of yearly flows is 0.

With v = 1 / (1 + rate) the value is a polynomial in v, and its roots v > 0 are the rates above -1.
One change of sign has exactly one root (Descartes), which Newton's method finds in a few steps. For
more, the polynomial is written in Bernstein's basis on v and on 1 / v in (0, 1) and halved until
each piece has one change of sign or none: Descartes' rule in that basis is exact for both
(Collins and Akritas 1976; Mourrain, Rouillier and Roy 2005).
"""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels.compiling import entry, kernel

NONE, ONE, SEVERAL, ANY = range(4)

_CLOSE_DEPTH = 22  # pieces this small (2.4e-7) with a value of almost 0 hold one (double) root
_MAX_DEPTH = 50
_ROUNDING, _AT_ZERO = 2.3e-16, 1e-9  # of a sum, in its terms; of a rate whose flows sum to 0


@kernel
def count_sign_changes(values: np.ndarray) -> int:
    """Changes of sign from each value to the next, zeros left out."""
    changes, last = 0, 0.0
    for value in values:
        if value != 0.0:
            if last != 0.0 and (last < 0.0) != (value < 0.0):
                changes += 1
            last = value
    return changes


@kernel
def value_and_slope(coefficients: np.ndarray, x: float) -> tuple[float, float]:
    """Polynomial and its derivative at x, by Horner's rule."""
    value = slope = 0.0
    for i in range(coefficients.size - 1, -1, -1):
        slope = slope * x + value
        value = value * x + coefficients[i]
    return value, slope


@kernel
def find_single(flows: np.ndarray) -> float:
    """
    The v of flows with one change of sign.

    Newton on the logarithm of what is received over what is paid, against the logarithm of v: that
    curve only rises or only falls, and is almost a line. Logarithm and exponential are replaced by
    their Padé quotients, exact to third order at the root and bounded far from it.
    """
    v = 1.0
    for _ in range(40):
        paid = received = paid_slope = received_slope = 0.0
        for t in range(flows.size - 1, -1, -1):
            paid_slope = paid_slope * v + paid
            received_slope = received_slope * v + received
            paid = paid * v + max(-flows[t], 0.0)
            received = received * v + max(flows[t], 0.0)
        duration = v * (received_slope / received - paid_slope / paid)
        step = -2.0 * (received - paid) / ((received + paid) * duration)
        step = min(1.0, max(-1.0, step))
        v *= (2.0 + step) / (2.0 - step)
        if abs(step) < 1e-8:  # the next step would be its square
            return v
    return bisect_single(flows)


@kernel
def bisect_single(flows: np.ndarray) -> float:
    """As find_single, by halving the logarithm of v: slow, and always ends."""
    first = 0.0
    for flow in flows:
        if flow != 0.0:
            first = flow
            break
    low, high = -700.0, 700.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        # From the end that cannot overflow: the sign of the value is all that is asked.
        value = 0.0
        if middle <= 0.0:
            v = math.exp(middle)
            for t in range(flows.size - 1, -1, -1):
                value = value * v + flows[t]
        else:
            w = math.exp(-middle)
            for t in range(flows.size):
                value = value * w + flows[t]
        if (value < 0.0) == (first < 0.0):
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))


@kernel
def refine(coefficients: np.ndarray, low: float, high: float, sign_at_low: float) -> float:
    """The one root between low and high: Newton, halving wherever it would leave them."""
    x = 0.5 * (low + high)
    for _ in range(120):
        value, slope = value_and_slope(coefficients, x)
        if value == 0.0:
            return x
        if (value < 0.0) == (sign_at_low < 0.0):
            low = x
        else:
            high = x
        following = x - value / slope if slope != 0.0 else low
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) <= 4e-16 * abs(x) or following in (low, high):
            return following
        x = following
    return x


@kernel
def to_bernstein(coefficients: np.ndarray, out: np.ndarray) -> None:
    """Coefficients in Bernstein's basis on [0, 1] of a polynomial given by its powers."""
    degree = coefficients.size - 1
    for i in range(degree + 1):
        out[i] = coefficients[i]
        if i:
            out[i] /= _binomial(degree, i)
    # Repeated sums turn c_i / C(n, i) into sums over k of C(i, k) c_k / C(n, k).
    for level in range(1, degree + 1):
        for i in range(degree, level - 1, -1):
            out[i] += out[i - 1]


@kernel
def _binomial(n: int, k: int) -> float:
    product = 1.0
    for i in range(1, k + 1):
        product = product * (n - k + i) / i
    return product


@kernel
def halve(piece: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
    """De Casteljau at the middle; `right` may be `piece` itself."""
    n = piece.size
    for i in range(n):
        right[i] = piece[i]
    for level in range(n):
        left[level] = right[0]
        for i in range(n - 1 - level):
            right[i] = 0.5 * (right[i] + right[i + 1])


@kernel
def first_sign(values: np.ndarray) -> float:
    for value in values:
        if value != 0.0:
            return value
    return 0.0


@kernel
def roots_within_unit(coefficients: np.ndarray, roots: np.ndarray) -> int:
    """Write the roots in (0, 1), each once, and return how many; coefficients are trimmed."""
    n = coefficients.size
    stack = np.empty((_MAX_DEPTH + 2, n))
    starts, depths = np.empty(_MAX_DEPTH + 2), np.empty(_MAX_DEPTH + 2, np.int64)
    to_bernstein(coefficients, stack[0])
    starts[0], depths[0], top, found = 0.0, 0, 0, 0
    size = np.abs(coefficients).sum()
    left = np.empty(n)
    while top >= 0:
        piece, start, depth = stack[top], starts[top], depths[top]
        width = 0.5**depth
        changes = count_sign_changes(piece)
        if changes == 1:
            sign = first_sign(piece)
            roots[found] = refine(coefficients, start, start + width, sign)
            found, top = found + 1, top - 1
        elif changes == 0:
            top -= 1
        else:
            middle = start + 0.5 * width
            value, _ = value_and_slope(coefficients, middle)
            is_close = depth >= _CLOSE_DEPTH and abs(value) <= 1e-11 * size
            if is_close or depth >= _MAX_DEPTH:
                roots[found] = middle
                found, top = found + 1, top - 1
                continue
            halve(piece, left, stack[top + 1])
            stack[top] = stack[top + 1]
            stack[top + 1] = left
            starts[top], starts[top + 1] = middle, start
            depths[top] = depths[top + 1] = depth + 1
            if left[n - 1] == 0.0:  # exactly at the middle, and inside neither half
                roots[found] = middle
                found += 1
            top += 1
    return found


@kernel
def find_all(flows: np.ndarray, rates: np.ndarray) -> int:
    """Write all rates above -1 in rising order and return how many; flows begin and end non-0."""
    n = flows.size
    backwards = flows[::-1].copy()
    found = roots_within_unit(backwards, rates)  # 1 + rate in (0, 1)
    for i in range(found):
        rates[i] -= 1.0
    more = np.empty(n)
    n_more = roots_within_unit(flows.copy(), more)
    is_zero = abs(flows.sum()) <= n * _ROUNDING * np.abs(flows).sum()
    if is_zero:  # where both halves meet, and either may have found it
        found = without_zero(rates, found)
    for i in range(n_more):
        rate = 1.0 / more[i] - 1.0
        if not (is_zero and abs(rate) < _AT_ZERO):
            rates[found] = rate
            found += 1
    if is_zero:
        rates[found] = 0.0
        found += 1
    rates[:found].sort()
    return found


@kernel
def without_zero(rates: np.ndarray, found: int) -> int:
    """Close up the rates that are not 0 to rounding, and return how many there are."""
    kept = 0
    for i in range(found):
        if abs(rates[i]) >= _AT_ZERO:
            rates[kept] = rates[i]
            kept += 1
    return kept


@kernel
def trim(flows: np.ndarray) -> np.ndarray:
    """Without the zeros before the first and after the last flow."""
    first, last = 0, flows.size
    while first < last and flows[first] == 0.0:
        first += 1
    while last > first and flows[last - 1] == 0.0:
        last -= 1
    return flows[first:last]


@kernel
def choose(rates: np.ndarray) -> float:
    """Of several rates in rising order the smallest that is not negative, else the nearest to 0."""
    for rate in rates:
        if rate >= 0.0:
            return rate
    return rates[-1]


@kernel
def find_rate(flows: np.ndarray) -> tuple[float, int]:
    """The rate, chosen if there are several, and how many: NONE, ONE, SEVERAL or ANY."""
    changes = count_sign_changes(flows)
    if changes == 0:
        return math.nan, (NONE if np.any(flows != 0.0) else ANY)
    if changes == 1:
        return 1.0 / find_single(flows) - 1.0, ONE
    trimmed = trim(flows)
    rates = np.empty(trimmed.size)
    found = find_all(trimmed, rates)
    if found == 0:
        return math.nan, NONE
    return choose(rates[:found]), (ONE if found == 1 else SEVERAL)


@entry
def all_rates(flows: np.ndarray, rates: np.ndarray) -> int:
    """Write all rates of flows in rising order and return how many; -1 where nothing flows."""
    changes = count_sign_changes(flows)
    trimmed = trim(flows)
    if changes == 0:
        return 0 if trimmed.size else -1
    if changes == 1:
        rates[0] = 1.0 / find_single(trimmed) - 1.0
        return 1
    return find_all(trimmed, rates)
