"""The output `toy`, found among the real ones by whoever adds this folder to theirs (`toy_child`)."""

from typing import ClassVar

from toy_output import ToyOutput


class Toy(ToyOutput):
    output_name: ClassVar[str] = "toy"
