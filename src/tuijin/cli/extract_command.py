"""`tuijin extract PATH…`: repaired text and facts of articles, one JSON object an article."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tuijin.engines.text import extract_article
from tuijin.errors import NotFound
from tuijin.importers.article import read_articles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "article: .txt, .html, .docx, or .jsonl with one article a line"
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=what)


def run(args: argparse.Namespace) -> int:
    """Print the articles in the shape of the annotation; `--json` changes nothing here."""
    for path in args.paths:
        if not path.is_file():
            raise NotFound(f"no file {path.name}")
        for article in read_articles(path.read_bytes(), name=path.name):
            facts = extract_article(article)
            facts["id"] = facts["id"] or path.stem
            print(json.dumps(facts, ensure_ascii=False), flush=True)
        print(path.name, file=sys.stderr)
    return 0
