"""Each fault that `translations.py check` is for is found; the same strings give the same bytes."""

from __future__ import annotations

import gettext

import pytest

from scripts import translations

TEMPLATE = """\
{% load i18n %}
<h1>{% translate "项目" %}</h1>
  {% blocktranslate count n=total %}{{ n }} 个项目{% plural %}{{ n }} 个项目{% endblocktranslate %}
{% include "x" with title=_("会议") %} {{ value|default:_("无") }}
"""
CODE = """\
from django.utils.translation import gettext_lazy as _, pgettext

LABEL = _("完成 %(share)s")
TAB = pgettext("tab", "检验")
"""


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room with one template and one module, fully translated."""
    folder = tmp_path / "hall"
    (folder / "templates" / "hall").mkdir(parents=True)
    (folder / "apps.py").write_text("")
    (folder / "labels.py").write_text(CODE)
    (folder / "templates" / "hall" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(translations, "SRC", tmp_path)
    translations.main(["update"])
    translate("项目", "Project")
    translate("会议", "Meeting")
    translate("无", "None")
    translate("检验", "Verify")
    translate("完成 %(share)s", "%(share)s done")
    translate("%(n)s 个项目", "one project", plural="%(n)s projects")
    translations.main(["update"])
    translations.main(["compile"])
    return folder


def translate(chinese, english, *, plural=None):
    path = translations.po_path("hall")
    lines = path.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line == f'msgid "{chinese}"')
    if plural:
        lines[at + 2 : at + 4] = [f'msgstr[0] "{english}"', f'msgstr[1] "{plural}"']
    else:
        lines[at + 1] = f'msgstr "{english}"'
    path.write_text("\n".join(lines))


def faults():
    return list(translations.find_faults("hall"))


def test_all_strings_are_found(room):
    assert translations.extract_strings("hall") == {
        (None, "项目"),
        (None, "会议"),
        (None, "无"),
        (None, "完成 %(share)s"),
        ("tab", "检验"),
        (None, ("%(n)s 个项目", "%(n)s 个项目")),
    }


def test_a_translated_room_has_no_fault(room):
    assert faults() == []


def test_compiled_file_is_read_by_gettext(room):
    with translations.po_path("hall").with_suffix(".mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("项目") == "Project"
    assert english.pgettext("tab", "检验") == "Verify"
    assert english.ngettext("%(n)s 个项目", "%(n)s 个项目", 1) == "one project"
    assert english.ngettext("%(n)s 个项目", "%(n)s 个项目", 7) == "%(n)s projects"


def test_update_twice_gives_the_same_bytes(room):
    po = translations.po_path("hall")
    before = po.read_bytes(), po.with_suffix(".mo").read_bytes()
    translations.main(["update"])
    translations.main(["compile"])
    assert (po.read_bytes(), po.with_suffix(".mo").read_bytes()) == before
    assert b"Date" not in before[0]


def test_new_string_is_missing(room):
    (room / "labels.py").write_text(CODE + 'NEW = _("新的")\n')
    assert "not translated: 新的" in faults()


def test_gone_string_is_stale(room):
    (room / "labels.py").write_text("")
    assert "stale: 检验" in faults()


def test_fuzzy_is_found(room):
    path = translations.po_path("hall")
    path.write_text(path.read_text().replace('msgid "项目"', '#, fuzzy\nmsgid "项目"'))
    assert "fuzzy: 项目" in faults()


@pytest.mark.parametrize("english", ["done", "%(shape)s done"])
def test_lost_or_strange_placeholder_is_found(room, english):
    translate("完成 %(share)s", english)
    assert any(fault.startswith("placeholders differ: 完成") for fault in faults())


def test_edited_without_compiling_is_found(room):
    translate("项目", "Undertaking")
    assert "django.mo is not as `compile hall` writes it" in faults()


def test_chinese_outside_a_translated_string_is_found(room):
    page = room / "templates" / "hall" / "page.html"
    page.write_text(
        TEMPLATE + "<p>看得见</p>\n{# 注 #}<i lang='zh-CN'>x</i><b lang=\"zh-CN\">验</b>\n"
    )
    assert [fault for fault in faults() if "outside" in fault] == [
        "page.html:5: Chinese outside a translated string: <p>看得见</p>"
    ]


@pytest.mark.parametrize("name", translations.room_names())
def test_rooms_are_translated(name):
    assert list(translations.find_faults(name)) == []
