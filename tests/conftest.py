"""Every test here may ask for the fixtures that the project gives to others."""

from hypothesis import settings

pytest_plugins = ["infra.testing"]

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
