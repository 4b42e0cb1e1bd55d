"""
One REST resource for each noun, drawn from `importers.nouns` and `ledger.targets`.

A room above registers its nouns as targets and mounts `routes.build_router("claim")` in its
`api.py`. Reading, checking and writing are the same for every noun.
"""
