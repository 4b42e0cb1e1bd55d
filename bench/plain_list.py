"""The peer of the portfolio bench: the list view a Django developer writes first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from tuijin.ledger import scope
from tuijin.ledger.models import Project

_TEMPLATE = """
<p>{{ page.paginator.count }}</p>
<table>{% for p in page %}<tr><td>{{ p.name }}</td><td>{{ p.place.name }}</td>
<td>{{ p.owner.name }}</td><td>{{ p.get_stage_display }}</td><td>{{ p.light }}</td>
<td>{{ p.total_investment_yuan }}</td><td>{{ p.year_planned_yuan }}</td>
<td>{{ p.year_done_yuan }}</td></tr>{% endfor %}</table>
"""


def plain_list(request: HttpRequest) -> HttpResponse:
    """Filter, count, cut a page by offset, render model objects."""
    with scope.active(scope.system_scope("bench")):
        projects = Project.objects.order_by("-total_investment_yuan", "id")
        for name in ("place", "stage", "light"):
            if request.GET.get(name):
                projects = projects.filter(**{name: request.GET[name]})
        page = Paginator(projects, 50).page(int(request.GET.get("page", "1")))
        template = engines["django"].from_string(_TEMPLATE)
        return HttpResponse(template.render({"page": page}, request))


def plain_cockpit(request: HttpRequest) -> HttpResponse:
    """Count and sum the table by stage and by light."""
    with scope.active(scope.system_scope("bench")):
        groups = Project.objects.order_by().values("stage", "light")
        rows = groups.annotate(
            Count("id"), Sum("total_investment_yuan"), Sum("year_planned_yuan"),
            Sum("year_done_yuan"),
        )  # fmt: skip
        return HttpResponse(str(list(rows)))


urlpatterns = [path("list", plain_list), path("cockpit", plain_cockpit)]
