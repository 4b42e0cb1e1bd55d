"""The digest of prices as a document: what moved, how unusual it is, and whom it touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from tuijin.paper import Block, Brief, Heading, Paragraph, Table
from tuijin.plan import price_words as words
from tuijin.plan.price_effects import Effect
from tuijin.plan.prices import Followed
from tuijin.see.language import choice_text, either, is_english
from tuijin.verify.charts import unit_word


def build_digest(
    followed: Sequence[Followed],
    effects: Mapping[int, Sequence[Effect]],
    *,
    period: str,
    as_of: date,
    footer: str = "",
) -> Brief:
    moved = [one for one in followed if one.move is not None]
    still = [one for one in followed if one.move is None]
    blocks: list[Block] = [Paragraph(_("截至 %(day)s。") % {"day": as_of.isoformat()})]
    blocks += [Heading(_("价格变动")), _moves(moved)] if moved else [
        Paragraph(_("期内没有可以比较的新报价。"))
    ]  # fmt: skip
    for one in moved:
        if effects.get(one.series.pk):
            blocks += [Heading(words.series_name(one.series), 2), *_effects(effects[one.series.pk])]
    if still:
        blocks += [Heading(_("没有变动可报")), _silences(still)]
    blocks.append(Paragraph(_method(), "note"))
    if footer:
        blocks.append(Paragraph(footer, "note"))
    return Brief(
        title=f"{_('价格变动')}\n{words.period_title(period)}",
        blocks=tuple(blocks),
        language="en" if is_english() else "zh",
    )


def _moves(moved: Sequence[Followed]) -> Table:
    rows = []
    for one in moved:
        assert one.move is not None
        rows.append((
            _titled(one),
            f"{words.price_text(one.move.start)}\n{one.move.start.on}",
            f"{words.price_text(one.move.end)}\n{one.move.end.on}",
            words.change_text(one.move),
            words.standing_text(one),
        ))  # fmt: skip
    titles = (_("商品"), _("由"), _("到"), _("变动"), _("是否少见"))
    return Table(titles, tuple(rows), (5, 3, 3, 2, 4))


def _titled(one: Followed) -> str:
    basis = choice_text("tax_basis", one.series.tax_basis)
    unit = unit_word(one.series.unit)
    name = words.series_name(one.series)
    made = _("（合成数据）") if one.series.is_synthetic else ""
    return _("%(name)s%(made)s（%(unit)s，%(basis)s）") % {
        "name": name, "made": made, "unit": unit, "basis": basis,
    }  # fmt: skip


def _effects(effects: Sequence[Effect]) -> list[Block]:
    """Figures in a table; below it what could not be worked out, and with what care to read it."""
    rows = tuple(row for effect in effects for row in _figures(effect))
    titles = (_("项目"), _("指标"), _("原价下"), _("新价下"), _("差"))
    blocks: list[Block] = [Table(titles, rows, (4, 5, 3, 3, 3))] if rows else []
    for effect in effects:
        said = "；".join(_remarks(effect)) if not is_english() else "; ".join(_remarks(effect))
        if said:
            text = _("%(project)s：%(said)s。") % {"project": _project(effect), "said": said}
            blocks.append(Paragraph(text))
    return blocks


def _project(effect: Effect) -> str:
    return either(effect.link.project.name, effect.link.project.name_en)


def _figures(effect: Effect) -> Iterator[tuple[str, ...]]:
    for m in effect.moved:
        yield (
            _project(effect),
            words.metric_name(m),
            words.level(m.before, m.unit),
            words.level(m.after, m.unit),
            words.signed(m.difference, m.unit),
        )


def _remarks(effect: Effect) -> Iterator[str]:
    if effect.problem:
        yield words.problem_text(effect)
        return
    if effect.waiting:
        yield _("待补：%(list)s") % {"list": words.waiting_text(effect.waiting)}
    elif not effect.moved:
        yield _("模型的各项指标不随此价变动")
    if effect.moved and not effect.is_basis_sure:
        yield _("报价或参数未说明是否含税，按原数计算")
    if effect.link.note:
        yield effect.link.note


def _silences(still: Sequence[Followed]) -> Table:
    rows = tuple(
        (
            _titled(one),
            f"{words.price_text(one.last)}\n{one.last.on if one.last else ''}".strip(),
            words.silence_text(one),
            words.process_text(one),
        )
        for one in still
    )
    return Table((_("商品"), _("最近报价"), _("情况"), _("价格过程")), rows, (5, 3, 4, 4))


def _method() -> str:
    return _(
        "是否少见：按变动之前的报价拟合价格过程，看这次变动在其预期中所处的位置；两端各 5% 为少见。"
        "对项目的影响：项目模型在新旧两个价格下各运行一次，随机数相同，其余参数按在案数据；只作推演，不改台账和结论。"
    )
