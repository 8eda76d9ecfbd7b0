"""A column of texts, most of them different, as inputs of a network."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import require, require_integer
from ..typing import Array, IntArray
from .columns import Labels, labels_of, number_array
from .fields import check_fields
from .unseen import Unusual

N_INPUTS = 128
SHORTEST, LONGEST = 2, 4


@dataclass(frozen=True)
class HashedRows:
    """The hashed texts of some rows.

    Parameters
    ----------
    vectors : scipy.sparse.csr_matrix
        Of each different text; the last one, of a missing text, is 0.
    codes : ndarray of int
        Which of them each row has.
    """

    vectors: Any
    codes: IntArray

    def __getitem__(self, rows: Any) -> "HashedRows":
        return HashedRows(self.vectors, self.codes[rows])

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class TextEncoder:
    """How often its runs of characters occur in a text, in a few inputs that they share by a hash.

    Each run of `shortest` to `longest` characters within a word (with a blank before and behind)
    adds 1 or -1 to the input that its hash names; the inputs of a text are then scaled to the
    length sqrt(n), so that their mean square is 1 (Weinberger et al. 2009, Feature hashing for
    large scale multitask learning; scikit-learn's `HashingVectorizer`). Nothing is learned, so that
    new words are as good as known ones. A missing text is 0; the last input is 1 where it is
    missing, and is there only if training rows had missing texts.

    Parameters
    ----------
    name : str
        The column.
    missing : bool
        Whether training rows had missing texts.
    n : int, default 128
        How many inputs the runs share.
    shortest, longest : int, default 2 and 4
    """

    name: str
    missing: bool
    n: int = N_INPUTS
    shortest: int = SHORTEST
    longest: int = LONGEST

    def __post_init__(self) -> None:
        check_fields(self)
        require_integer("n", self.n, at_least=1, at_most=1 << 20)
        require_integer("shortest", self.shortest, at_least=1)
        fits = self.shortest <= self.longest <= 100
        require(fits, "longest", self.longest, f"be at least {self.shortest} and at most 100")

    @staticmethod
    def fit(labels: Labels, name: str) -> "TextEncoder":
        """Only whether texts are missing is looked at."""
        return TextEncoder(name, bool((labels[1] < 0).any()))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        names = [f"{self.name} hashed to {k}" for k in range(self.n)]
        return (*names, *([f"{self.name} is missing"] if self.missing else []))

    @property
    def n_inputs(self) -> int:
        """How many inputs it has."""
        return self.n + self.missing

    def read(self, column: Any) -> Labels:
        """A column's different texts, and each row's place in them."""
        return labels_of(column)

    def prepare(self, labels: Labels) -> tuple[HashedRows, Unusual]:
        """What `write` takes, and what was unusual."""
        from sklearn.feature_extraction.text import HashingVectorizer

        hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(self.shortest, self.longest), n_features=self.n,
            dtype=np.float32,
        )  # fmt: skip
        texts, codes = labels
        used, places = np.unique(codes, return_inverse=True)
        absent = len(used) > 0 and used[0] < 0
        chosen = texts.take(number_array(used[int(absent) :])).to_pylist()
        vectors = hashing.transform([*chosen, ""]) * np.sqrt(self.n, dtype=np.float32)
        n_missing = int((codes < 0).sum())
        unusual = Unusual(n_filled=n_missing) if self.missing else Unusual(n_missing=n_missing)
        # A missing text is the first of those used, and the last of the vectors.
        return HashedRows(vectors, places - int(absent)), unusual

    def write(self, rows: HashedRows, out: Array) -> None:
        """Write the inputs of some rows, shape (n, n_inputs)."""
        out[:, : self.n] = rows.vectors[rows.codes % rows.vectors.shape[0]].toarray()
        if self.missing:
            out[:, -1] = rows.codes < 0

    write_codes = write

    @property
    def sizes(self) -> tuple[int, ...]:
        """What `OneHot` takes: 0 for a number."""
        return (0,) * self.n_inputs
