"""Model: a ferrosilicon plant: furnace, aluminium removed in the ladle, carbon, price of power."""

from __future__ import annotations

from pathlib import Path

from tuijin.project_models import MaterialLine, Picture
from tuijin.project_models.appraisal import with_unit_investment
from tuijin.project_models.chains import material_lines
from tuijin.project_models.ferrosilicon_plant.chain import MATERIALS, NAMES, solve_chain
from tuijin.project_models.ferrosilicon_plant.formulas import BOUNDS, FORMULAS
from tuijin.project_models.ferrosilicon_plant.pictures import draw_pictures
from tuijin.project_models.formulas import FormulaModel, Given


class FerrosiliconPlant(FormulaModel):
    def complete(self, given: Given) -> Given:
        return with_unit_investment(given, tonnes=given["output_t_per_year"])

    def pictures(self, parameters: Given, *, seed: int) -> tuple[Picture, ...]:
        return draw_pictures(self.complete(parameters))

    def materials(self, parameters: Given) -> tuple[MaterialLine, ...]:
        output = parameters["output_t_per_year"]
        return material_lines(solve_chain(parameters), NAMES, output, codes=MATERIALS)


plugin = FerrosiliconPlant(
    id="ferrosilicon_plant",
    version="2",
    title_zh="硅铁厂",
    title_en="Ferrosilicon plant",
    sheet=Path(__file__).with_name("parameters.csv"),
    formulas=FORMULAS,
    bounds=BOUNDS,
)
