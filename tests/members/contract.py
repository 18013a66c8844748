"""Bytes that a read sends, against the contract that promises them."""

from typing import TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def exactly(model: type[Model], body: bytes, *, without: tuple[str, ...] = ()) -> Model:
    """The body holds every field of the contract but `without`, each of its type, and nothing else."""
    read = model.model_validate_json(body, strict=True, extra="forbid")
    assert read.model_fields_set == model.model_fields.keys() - set(without)
    return read
