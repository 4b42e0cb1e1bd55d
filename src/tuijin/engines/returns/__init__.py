"""Returns of projects: rates of return that are right, the full appraisal, what the public gets."""

from tuijin.engines.returns.appraising import Returns, appraise, appraise_all
from tuijin.engines.returns.reading import read_project
from tuijin.engines.returns.spec import Project

__all__ = ["Project", "Returns", "appraise", "appraise_all", "read_project"]
