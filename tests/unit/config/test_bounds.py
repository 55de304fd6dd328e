"""Every field's bounds hold: no second bound of the same kind takes their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import AfterValidator, BaseModel

from infra.config import PhaseConfig
from infra.settings import Settings


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model below it."""
    yield model
    for field in model.model_fields.values():
        for inner in parts(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from models(inner)


def parts(annotation: Any) -> Iterator[Any]:
    """A type, and those that it is made of."""
    yield annotation
    for inner in get_args(annotation):
        yield from parts(inner)


def test_no_field_narrows_a_type_that_is_bounded_already() -> None:
    """Guards against `backup: PositiveInt = Field(le=35)`: pydantic heeds the type's own limit of 2³¹ and drops the 35."""
    twice = {
        f"{model.__name__}.{name}"
        for root in (PhaseConfig, Settings)
        for model in models(root)
        for name, field in model.model_fields.items()
        for bounds in [[bound for bound in field.metadata if not isinstance(bound, AfterValidator)]]  # these add up
        if len({type(bound) for bound in bounds}) < len(bounds)
    }
    assert twice == set()
