"""The public names and where they live; `__init__.py` reads this list, too."""

from . import (
    activations as activations,
    cluster as cluster,
    diagnose as diagnose,
    evaluation as evaluation,
    exchange as exchange,
    explain as explain,
    gradient_free as gradient_free,
    initializers as initializers,
    layers as layers,
    lessons as lessons,
    losses as losses,
    optimizers as optimizers,
    penalties as penalties,
    plots as plots,
    report as report,
    runs as runs,
    schedules as schedules,
)
from .activations import (
    Activation as Activation,
    ElementwiseActivation as ElementwiseActivation,
)
from .backprop import (
    value_and_gradient as value_and_gradient,
)
from .checkpoints import (
    Checkpoint as Checkpoint,
    load_checkpoint as load_checkpoint,
    save_checkpoint as save_checkpoint,
)
from .diagnose.gradient_check import (
    GradientCheck as GradientCheck,
    check_gradient as check_gradient,
)
from .errors import (
    ChainruleError as ChainruleError,
    CheckpointError as CheckpointError,
    ConvergenceWarning as ConvergenceWarning,
    DivergenceWarning as DivergenceWarning,
    TrainingInterrupted as TrainingInterrupted,
)
from .estimators import (
    MLPClassifier as MLPClassifier,
    MLPRegressor as MLPRegressor,
    Perceptron as Perceptron,
    TabularClassifier as TabularClassifier,
    TabularRegressor as TabularRegressor,
)
from .evaluation import (
    CrossValidation as CrossValidation,
    Evaluation as Evaluation,
    SearchResult as SearchResult,
    cross_validate as cross_validate,
    evaluate as evaluate,
    tune as tune,
)
from .exchange import (
    export_c as export_c,
    export_onnx as export_onnx,
    from_sklearn as from_sklearn,
)
from .explain import (
    BatchExplanation as BatchExplanation,
    ColumnExplanation as ColumnExplanation,
    Explanation as Explanation,
    GradientRanking as GradientRanking,
    PredictionExplanation as PredictionExplanation,
    explain_batch as explain_batch,
    explain_columns as explain_columns,
    explain_prediction as explain_prediction,
    input_gradient as input_gradient,
    largest_gradients as largest_gradients,
)
from .layers import (
    BatchNorm as BatchNorm,
    ByColumn as ByColumn,
    Dense as Dense,
    Dropout as Dropout,
    Embedding as Embedding,
    Frozen as Frozen,
    Layer as Layer,
    LayerNorm as LayerNorm,
    OneHot as OneHot,
    ParametricActivation as ParametricActivation,
    PeriodicEmbedding as PeriodicEmbedding,
    Scale as Scale,
)
from .losses import (
    AbsoluteError as AbsoluteError,
    BinaryCrossEntropy as BinaryCrossEntropy,
    CrossEntropy as CrossEntropy,
    Hinge as Hinge,
    Huber as Huber,
    LogCosh as LogCosh,
    Loss as Loss,
    Poisson as Poisson,
    Quantile as Quantile,
    SquaredError as SquaredError,
)
from .models import (
    load_model as load_model,
    save_model as save_model,
)
from .network import (
    Network as Network,
    mlp as mlp,
)
from .neuron import (
    Neuron as Neuron,
)
from .objective import (
    Objective as Objective,
)
from .optimizers import (
    LBFGS as LBFGS,
    SGD as SGD,
    Adadelta as Adadelta,
    Adagrad as Adagrad,
    Adam as Adam,
    Adamax as Adamax,
    AdamW as AdamW,
    Nadam as Nadam,
    Optimizer as Optimizer,
    RMSprop as RMSprop,
    minimize as minimize,
)
from .parameters import (
    Parameters as Parameters,
)
from .penalties import (
    L1 as L1,
    L2 as L2,
    Penalty as Penalty,
)
from .plan import (
    Data as Data,
    Plan as Plan,
    RuleState as RuleState,
    State as State,
)
from .rules import (
    Rule as Rule,
)
from .schedules import (
    ConstantRate as ConstantRate,
    CosLog as CosLog,
    CosineDecay as CosineDecay,
    ExponentialDecay as ExponentialDecay,
    InverseScaling as InverseScaling,
    LinearDecay as LinearDecay,
    Schedule as Schedule,
    StepDecay as StepDecay,
    WarmUp as WarmUp,
)
from .subject import (
    Subject as Subject,
)
from .tables import (
    Pipeline as Pipeline,
    Schema as Schema,
    read_table as read_table,
    scan_table as scan_table,
)
from .training import (
    EarlyStopping as EarlyStopping,
    History as History,
    Metric as Metric,
    Progress as Progress,
    StopRule as StopRule,
    Target as Target,
    TimeLimit as TimeLimit,
    Tolerance as Tolerance,
    TrainingResult as TrainingResult,
    TrainingResults as TrainingResults,
)
from .training.many import (
    train_many as train_many,
)
from .training.session import (
    training_session as training_session,
)
from .training.train import (
    train as train,
)

__version__: str
