"""tuijin 推进: a ledger of major projects whose promises are executable."""

__version__ = "0.1.0"
