"""A package of its own name, since some distributions ship a package called tests."""
