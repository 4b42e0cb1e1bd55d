"""Project codes and USCC: published codes, and codes made by the standard's weights."""

import pytest
from stdnum.cn import uscc

from tuijin.importers.codes import organisation_check, parse_project_code, parse_uscc
from tuijin.importers.faults import Fault


@pytest.mark.parametrize("code", ["11150200011536003J", "91110000600037341L", "11370881004339597L"])
def test_published_uscc_are_good(code):
    assert parse_uscc(code.lower()) == code


@pytest.mark.parametrize(
    "code", ["91310115MA1G4L1WXK", "9111000060003734IL", "91110000600037341", "9" * 18, ""]
)
def test_bad_uscc(code):
    with pytest.raises(Fault):
        parse_uscc(code)


def test_each_check_character_is_checked():
    body = "91150223" + "12345678"
    good = body + organisation_check("12345678")
    assert parse_uscc(good + uscc.calc_check_digit(good))
    wrong = body + ("0" if good[-1] != "0" else "1")
    with pytest.raises(Fault):
        parse_uscc(wrong + uscc.calc_check_digit(wrong))


def test_the_first_two_may_be_letters():
    code = "A1150223" + "12345678" + organisation_check("12345678")
    assert parse_uscc(code + uscc.calc_check_digit(code))


@pytest.mark.parametrize(
    "code",
    [
        "2509-150223-04-01-123456",
        "2509-150223-04-01-123457",  # the rule of the last digit is not published
        "2011-150223-04-01-123456",  # November 2020
        "2012-150223-04-01-123456",
        "2017-150223-26-03-012345",  # the form before November 2020
        "2020-000000-26-03-012345",
        "２５０９-150223-04-01-123456",
    ],
)
def test_good_project_codes(code):
    assert len(parse_project_code(code)) == 24


@pytest.mark.parametrize(
    "code",
    [
        "2513-150223-04-01-123456",
        "2500-150223-04-01-123456",
        "2021-150223-26-03-012345",
        "2509-990223-04-01-123456",
        "2509-150223-04-01-12345",
        "25091502230401123456",
        "2509-150223-04-01-12345X",
    ],
)
def test_bad_project_codes(code):
    with pytest.raises(Fault):
        parse_project_code(code)
