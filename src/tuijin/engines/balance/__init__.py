"""Material, energy and carbon balance of process chains that are described as data."""

from tuijin.engines.balance.closure import Closure, check_closure, measure_closure
from tuijin.engines.balance.drawing import draw_chain
from tuijin.engines.balance.figures import Figure, read_figures
from tuijin.engines.balance.levels import Comparison, compare_levels
from tuijin.engines.balance.reading import read_chain
from tuijin.engines.balance.solving import Balance, solve
from tuijin.engines.balance.spec import Carrier, Chain, Level, Material, Product, Range, Step

__all__ = [
    "Balance", "Carrier", "Chain", "Closure", "Comparison", "Figure", "Level", "Material",
    "Product", "Range", "Step", "check_closure", "compare_levels", "draw_chain", "measure_closure",
    "read_chain", "read_figures", "solve",
]  # fmt: skip
