"""What one diagnosis of one layer, or of the whole network, says."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Finding(ABC):
    """Numbers, whether they are a problem, and what helps; as text, one sentence."""

    title: ClassVar[str]
    remedy: ClassVar[str]
    """What helps where it is a problem."""

    @property
    @abstractmethod
    def problem(self) -> bool:
        """Whether learning suffers."""

    @abstractmethod
    def __str__(self) -> str: ...


def of(part: int, whole: int, what: str) -> str:
    """Such as: 3 of 4 units."""
    return f"{part} of {whole} {what}"
