"""Ways to a cluster: a client for a command, a function for each of some items."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import ClusterError, InvalidValueError, items_of, require_function, require_integer
from . import preload
from .workers import PATIENCE, Workers, dask_module


def connect(address: str, workers: int | None = None) -> Any:
    """A client of a cluster, for a command: ``--cluster ADDRESS|local [--workers N]``.

    Parameters
    ----------
    address : str
        That of a scheduler, or "local" for processes of this machine.
    workers : int, optional
        How many processes of one thread "local" starts; by default one for each processor.

    Returns
    -------
    distributed.Client
        ``client.close()`` ends it, and the processes of "local".

    Raises
    ------
    ClusterError
        If no scheduler answers there.
    InvalidValueError
        If `workers` is given with an address.
    MissingLibraryError
        Without Dask.
    """
    distributed = dask_module()
    if workers is not None:
        require_integer("workers", workers, at_least=1)
    if address != "local":
        if workers is not None:
            raise InvalidValueError(
                f"workers (={workers}) must be left out for the cluster at {address}, which has "
                "its own; it is for 'local'"
            )
        try:
            return distributed.Client(address, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"no scheduler answers at {address} ({error}); is it running, as by dask scheduler?"
            ) from None
    return distributed.Client(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=":0",
        preload=[preload.__name__],
    )


def run_each(
    function: Callable[..., Any], items: Iterable[Any], *, client: Any, shared: Any = None
) -> Iterator[tuple[int, Any]]:
    """Run a function for each of some items on the workers of a cluster.

    For what is no fit of `train_many`: folds of a pipeline, trials of a search. The function must
    give the same result whenever it is called, since a worker may be lost in the midst of it.

    Parameters
    ----------
    function : callable
        ``function(item, shared)``.
    items : iterable
    client : distributed.Client
    shared : object, optional
        What all calls need, a table say: it goes to each worker once.

    Yields
    ------
    (int, object)
        The place of an item and its result, in the order in which they end.

    Raises
    ------
    ClusterError
        If the cluster is lost.

    Examples
    --------
    >>> from chainrule import cluster
    >>> from distributed import Client
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     sorted(cluster.run_each(pow, [2, 3], client=client, shared=2))
    [(0, 4), (1, 9)]
    """
    require_function("function", function, "an item and what is shared")
    listed = items_of("items", items, "what the function is called with")
    yield from Workers(client).each(function, listed, shared)
