"""Every command names the action it is."""

from tuijin.cli import COMMANDS
from tuijin.ledger.roles import ACTIONS


def test_every_command_names_its_action():
    assert {action for _, _, action in COMMANDS.values()} <= ACTIONS
