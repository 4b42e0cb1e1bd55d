"""`tuijin extract`: one JSON object an article, no database, no Django."""

import json
import subprocess
import sys

from tuijin.cli import main

TEXT = "包头市一项目开工\n某报\n2025-09-22\n9月21日，石拐区特种合金项目开工，总投资4.5亿元。\n"


def test_prints_one_object_an_article(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    lines = tmp_path / "b.jsonl"
    lines.write_text(
        '{"id": "1", "text": "项目。"}\n{"id": "2", "text": "项目。"}\n', encoding="utf-8"
    )
    assert main(["extract", str(path), str(lines), "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in found] == ["a", "1", "2"]
    assert found[0]["projects"][0]["investment_yi"] == 4.5
    assert found[0]["published"] == "2025-09-22"


def test_bad_input_has_its_exit_code(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    assert main(["extract", str(path), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["code"] == "empty_file"
    assert main(["extract", str(tmp_path / "none.txt")]) == 4


def test_starts_no_django(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    code = (
        "import sys; from tuijin.cli import main; main(['extract', sys.argv[1]]);"
        "sys.exit('django' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)
