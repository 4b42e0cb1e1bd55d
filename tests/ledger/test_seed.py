"""The places every installation has."""

from __future__ import annotations

import pytest

from tuijin.ledger import scope, seed
from tuijin.ledger.models import Place, PlaceBoundary


@pytest.mark.django_db
def test_baotou_has_its_nine_and_the_statistics_code() -> None:
    with scope.active(scope.system_scope("test")):
        seed.load_places()
        seed.load_places()  # a second start changes nothing
        children = Place.objects.filter(parent_id="150200")
        assert children.filter(is_statistical=False).count() == 9
        assert children.get(code="150271").is_statistical
        assert Place.objects.get(short_name="达茂旗").code == "150223"
        assert PlaceBoundary.objects.count() == 9


@pytest.mark.django_db
def test_boundaries_are_shifted_to_wgs84() -> None:
    with scope.active(scope.system_scope("test")):
        seed.load_places()
        first = PlaceBoundary.objects.get(pk="150206").geometry["coordinates"][0][0][0]
    # published in GCJ-02 as [109.956326, 41.818416]
    assert 0.004 < 109.956326 - first[0] < 0.008
    assert 0.0005 < 41.818416 - first[1] < 0.003
