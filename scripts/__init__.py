"""Programs that the recipes run; importable by tests."""
