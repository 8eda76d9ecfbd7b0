"""All diagnoses of a network in one report."""

from dataclasses import dataclass
from typing import Any

from ..errors import require_boolean
from ..losses import LOSSES, Loss
from ..optimizers import SGD
from ..subject import subject_of
from .curvature import Curvature, curvature
from .dead_units import DeadUnits, dead_units
from .finding import Finding
from .gradient_flow import GradientFlow, gradient_flow
from .saturation import Saturation, saturation
from .snapshot import Snapshot, snapshot_of
from .symmetric_units import SymmetricUnits, symmetric_units


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What was found, by kind; as text, one line for each finding and what helps.

    Attributes
    ----------
    snapshot : Snapshot
        What was looked at.
    dead_units : list of DeadUnits
        One for each layer.
    symmetric_units : list of SymmetricUnits
        One for each hidden dense layer.
    saturation : list of Saturation
        One for each layer with a bounded activation.
    gradient_flow : GradientFlow
    curvature : Curvature or None
        None if it was not asked for.
    """

    snapshot: Snapshot
    dead_units: list[DeadUnits]
    symmetric_units: list[SymmetricUnits]
    saturation: list[Saturation]
    gradient_flow: GradientFlow
    curvature: Curvature | None

    @property
    def findings(self) -> list[Finding]:
        """Every finding, problem or not."""
        found: list[Finding] = [*self.dead_units, *self.symmetric_units, *self.saturation]
        found.append(self.gradient_flow)
        return found if self.curvature is None else [*found, self.curvature]

    @property
    def problems(self) -> list[str]:
        """The findings that are problems, as sentences; empty if all is well."""
        return [f"{f.title}: {f}" for f in self.findings if f.problem]

    def __repr__(self) -> str:
        return f"Diagnosis({len(self.findings)} findings, {len(self.problems)} problems)"

    def __str__(self) -> str:
        look = self.snapshot
        name = next((n for n, o in LOSSES.items() if o == look.objective.loss), "loss")
        lines = [f"{look.data.n} samples, {name} {look.loss:.6g}"]
        before = ""
        for finding in self.findings:
            title = "" if finding.title == before else finding.title
            before = finding.title
            lines.append(f"{'!' if finding.problem else ' '} {title:<16} {finding}")
        remedies = dict.fromkeys(f"  {f.title}: {f.remedy}" for f in self.findings if f.problem)
        lines += ["What helps", *remedies] if remedies else ["No problem found."]
        return "\n".join(lines)


def diagnose(
    network: Any,
    X: Any,
    y: Any = None,
    *,
    loss: str | Loss | None = None,
    parameters: Any = None,
    stability: bool = True,
) -> Diagnosis:
    """Look for everything that keeps a network from learning.

    Parameters
    ----------
    network, X, y, loss, parameters
        As for `snapshot`: a network with its loss and its parameters, or whatever was fitted.
    stability : bool, default True
        Whether to compute the curvature, which takes up to 200 gradients.

    Returns
    -------
    Diagnosis

    Raises
    ------
    ChainruleError
        If something given is missing or wrong.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.diagnose import diagnose
    >>> network = cr.Network([cr.Dense(1, 2, "relu"), cr.Dense(2, 1)])
    >>> report = diagnose(network, [[1.0], [2.0]], [1.0, 0.0], loss="mean_squared_error",
    ...     parameters=[-1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    >>> for problem in report.problems:
    ...     print(problem)
    dead units: layers[0] (relu): 2 of 2 units are off for every sample; 2 of 2 samples find \
every unit off and hold 0.5 of the loss of 0.5 (100.0 %)
    symmetric units: layers[0] (relu): units that are alike and stay so: h1, h2
    gradients: vanishing: root mean square of dloss/dz: layers[0] (relu) 0, layers[1] (identity) \
1.41
    """
    require_boolean("stability", stability)
    subject = subject_of(network, parameters, loss)
    look = snapshot_of(subject, X, y)
    optimizer = None if subject.plan is None else subject.plan.optimizer
    sgd = optimizer if isinstance(optimizer, SGD) else None
    return Diagnosis(
        look,
        dead_units(look),
        symmetric_units(look),
        saturation(look),
        gradient_flow(look),
        curvature(look, sgd) if stability else None,
    )
