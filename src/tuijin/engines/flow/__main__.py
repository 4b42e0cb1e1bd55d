"""`python -m tuijin.engines.flow`: compile the event loop, so that no run has to wait."""

from tuijin.engines.flow.kernels import loop

loop.warm()
