"""Project models for tests, found beside the real ones by the fixture `toy_port`."""
