"""`python -m tuijin.engines.flow`: compile the event loop, so that no run has to wait."""

from tuijin.engines.flow.kernels import loop


def warm() -> None:
    loop.warm()


if __name__ == "__main__":
    warm()
