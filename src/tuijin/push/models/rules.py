"""Rows that rule what is pushed: limits, what a light asks for, levels; days that differ."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tuijin.ledger.models import PublishedRule, Rulebook
from tuijin.push.rungs import RUNGS


class ClockRule(PublishedRule):
    """
    One limit of a published rule.

    On `trigger`, within `amount` of `unit`, `act` by `level`. A limit ends when the issue reaches
    the state `until`. A published rule that names an act and no time has no amount. `reaches` is
    the rung whose people are told.
    """

    TRIGGERS: ClassVar = [
        ("raised", "收集之日"),
        ("assigned", "交办之日"),
        ("reported", "反馈之日"),
        ("yellow", "亮黄灯"),
        ("yellow_again", "连续亮黄灯"),
        ("red", "亮红灯"),
        ("late", "逾期"),
    ]
    UNITS: ClassVar = [("workday", "个工作日"), ("day", "天"), ("month", "个月")]
    REACHES: ClassVar = [(rung.code, rung.zh) for rung in RUNGS.values()]

    rulebook = models.ForeignKey(Rulebook, models.CASCADE, related_name="clocks")
    trigger = models.CharField(max_length=12, choices=TRIGGERS)
    until = models.CharField(max_length=12, blank=True)
    severity = models.CharField(max_length=8, blank=True)
    amount = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=8, choices=UNITS, default="workday")
    level = models.PositiveSmallIntegerField(default=0)
    reaches = models.CharField(max_length=16, choices=REACHES, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rulebook", "code"), name="one_clock_rule"),)
        ordering = ("rulebook", "order")


class CalendarDay(models.Model):
    """A day that is otherwise than the calendar of the library has it, or that it does not know."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
