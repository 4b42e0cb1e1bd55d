"""Lets a worker process of the tests find the models beside this file, too."""

from pathlib import Path

import tuijin.project_models

tuijin.project_models.__path__.append(str(Path(__file__).parent))
