"""Logins that take turns."""

from hypothesis import given
from hypothesis import strategies as st

from components.logins import current_login, login_name, turn_pair, turns

epochs = st.integers(1, 10_000)


@given(epochs)
def test_each_epoch_gives_one_login_a_new_password_and_leaves_the_other_one_alone(epoch: int) -> None:
    """Guards a rotation in which pods that still hold the password before can't log in."""
    before, after = turns(epoch), turns(epoch + 1)
    assert [turn for turn in before if before[turn] != after[turn]] == [
        turn for turn in after if login_name("app", turn) == current_login("app", epoch + 1)
    ]


@given(epochs)
def test_the_current_login_is_the_one_whose_password_is_of_this_epoch(epoch: int) -> None:
    """Guards pods that would be given the older of the two passwords."""
    newest = [login_name("app", turn) for turn, made in turns(epoch).items() if made == epoch]
    assert newest == [current_login("app", epoch)]


def test_both_logins_are_kept_each_with_its_own_password() -> None:
    """Guards people who look a password up while pods of the epoch before still run."""
    assert turn_pair("app_b", {"app_a": "old", "app_b": "new"}) == {
        "username": "app_b",
        "password": "new",
        "previous_username": "app_a",
        "previous_password": "old",
    }
