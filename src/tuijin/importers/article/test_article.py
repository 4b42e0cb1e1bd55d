"""Articles: golden files, what must be refused with which code, and texts that would do harm."""

import contextlib
import io
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.article import plugin, read_articles

HERE = Path(__file__).parent
FIXTURES = sorted(path.name for path in (HERE / "fixtures").iterdir())
SENTENCE = "包头市石拐区特种合金项目开工，总投资4.5亿元。"


def read(name):
    return (HERE / "fixtures" / name).read_bytes()


@pytest.mark.parametrize("name", FIXTURES)
def test_golden(name, golden):
    assert plugin.recognises(read(name), name=name)
    golden(HERE / "golden" / f"{name}.txt", show_parsed(plugin.parse(read(name), name=name)))


def code_of(data, name):
    with pytest.raises(TuijinError) as error:
        read_articles(data, name=name)
    return error.value.code, error.value.status


def build_docx(*, parts=None, paragraphs=(SENTENCE,), tables=0):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for _ in range(tables):
        document.add_table(1, 1).cell(0, 0).text = "格"
    whole = io.BytesIO()
    document.save(whole)
    if not parts:
        return whole.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w") as new:
        for path in old.namelist():
            if path not in parts:
                new.writestr(path, old.read(path))
        for path, content in parts.items():
            new.writestr(path, content(old.read(path)) if callable(content) else content)
    return changed.getvalue()


def in_body(element):
    return {"word/document.xml": lambda xml: xml.replace(b"<w:body>", b"<w:body>" + element)}


def in_rels(kind, mode=b""):
    line = b'<Relationship Id="rX" Type="http://x/relationships/' + kind + b'" Target="http://x"'
    line += mode + b"/></Relationships>"
    return {"word/_rels/document.xml.rels": lambda xml: xml.replace(b"</Relationships>", line)}


def test_docx_text_and_tables():
    data = build_docx(paragraphs=["标题", SENTENCE], tables=1)
    assert read_articles(data, name="a.docx")[0].text == f"标题\n{SENTENCE}\n格"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/vbaProject.bin": b"x"}, "active_content"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "active_content"),
        (in_body(b'<w:altChunk r:id="r1"/>'), "active_content"),
        (in_body(b"<w:p><w:r><w:object/></w:r></w:p>"), "active_content"),
        (in_rels(b"subDocument"), "active_content"),
        (in_rels(b"aFChunk"), "active_content"),
        (in_rels(b"attachedTemplate", b' TargetMode="External"'), "active_content"),
        ({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "xml_dtd"),
        ({"word/document.xml": b"<a"}, "unreadable"),
    ],
)
def test_docx_that_acts_is_refused(parts, code):
    assert code_of(build_docx(parts=parts), "a.docx")[0] == code


def test_docx_too_large():
    assert code_of(build_docx(paragraphs=["字"] * 10_001), "a.docx")[0] == "document_too_large"
    nested = b"<w:tbl><w:tr><w:tc>" * 21 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 21
    assert code_of(build_docx(parts=in_body(nested)), "a.docx")[0] == "document_too_large"


@pytest.mark.parametrize(
    ("data", "name", "code", "status"),
    [
        (b"", "a.txt", "empty_file", 422),
        (b"   \n", "a.html", "empty_file", 422),
        (b"text", "a.exe", "type_not_allowed", 415),
        (b"PK\x03\x04", "a.txt", "type_mismatch", 415),
        (b"plain", "a.docx", "type_mismatch", 415),
        (b"\x81\xff\xff", "a.txt", "encoding", 400),
        ("项目\x00".encode(), "a.txt", "nul", 400),
        ("项目\x07".encode(), "a.txt", "bad_character", 422),
        ("机密★一年\n项目".encode(), "a.txt", "classified_marker", 422),
        (b'{"text": 3}', "a.jsonl", "json", 400),
        (b'{"text": "a", "text": "b"}', "a.jsonl", "duplicate_key", 400),
        (b"{", "a.jsonl", "json", 400),
        ("字".encode() * 7_000_000, "a.txt", "too_large", 413),
        (b"<div>" * 100_000, "a.html", "document_too_large", 422),
        (b"<p>" * 100_000, "a.html", "document_too_large", 422),
        (("字" * 100_001).encode(), "a.txt", "too_long", 422),
    ],
)
def test_refused(data, name, code, status):
    assert code_of(data, name) == (code, status)


def test_gb18030_is_read():
    (article,) = read_articles(SENTENCE.encode("gb18030"), name="a.txt")
    assert article.text == SENTENCE


def test_html_keeps_the_text_and_nothing_that_acts():
    (article,) = read_articles(read("page.html"), name="page.html")
    assert "总投资8亿元" in article.text
    assert not any(word in article.text for word in ("999", "777", "alert", "color", "<"))
    assert article.title == "九原区一项目签约"


def test_the_same_article_gives_the_same_keys():
    first, second = (plugin.parse(read("two.jsonl"), name="two.jsonl") for _ in range(2))
    assert show_parsed(first) == show_parsed(second)
    keys = [e["key"] for noun in ("project", "figure") for e in entries_of(first, noun)]
    assert len(keys) == len(set(keys))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FIXTURES), st.data())
def test_a_spoiled_file_raises_only_ours(name, data):
    good = read(name)
    at = data.draw(st.integers(0, len(good)))
    rest = good[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(TuijinError):
        plugin.parse(good[:at] + data.draw(st.binary(max_size=20)) + rest, name=name)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_spoiled_docx_raises_only_ours(data):
    good = DOCX
    at = data.draw(st.integers(0, len(good)))
    rest = good[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(TuijinError):
        plugin.parse(good[:at] + data.draw(st.binary(max_size=20)) + rest, name="a.docx")


DOCX = build_docx()


@pytest.mark.shared
def test_all_articles_are_read(shared):
    parsed = plugin.parse((shared / "articles/articles.jsonl").read_bytes(), name="articles.jsonl")
    assert len(entries_of(parsed, "source")) == 46
    projects = entries_of(parsed, "project")
    assert len({p["key"] for p in projects}) == len(projects) > 60
