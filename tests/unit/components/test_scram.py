"""SCRAM secrets."""

from components.scram import scram_secret


def test_the_secret_is_that_of_the_standards_own_example() -> None:
    """Guards the derivation by RFC 7677's password and salt: a wrong key would lock everyone out."""
    assert scram_secret("pencil", "W22ZaJ0SNY7soEsUEjb6gQ==") == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
        "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
