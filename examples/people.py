"""Train the articles' network on four people and draw it beside what it decides.

Writes the picture in the README: python examples/people.py docs/images/people.png
"""

import sys

import numpy as np
from matplotlib.figure import Figure

import chainrule as cr
from chainrule.plots import DecisionBoundaryDisplay, NetworkDiagram

X = [[-2, -1], [25, 6], [17, 4], [-15, -6]]  # four people: weight - 135 lb, height - 66 in
y = [1, 0, 0, 1]  # who is a woman

network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
rng = np.random.RandomState(44)
names = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
start = {name: rng.normal() for name in names}
result = cr.train(
    network,
    X,
    y,
    loss="mean_squared_error",
    optimizer=cr.SGD(0.1),
    epochs=1000,
    batch_size=1,
    shuffle=False,
    initial=start,
)

figure = Figure(figsize=(9, 8), layout="constrained")
above, below = figure.subplots(2, 1, height_ratios=(3, 4))
NetworkDiagram.from_network(
    network,
    result.parameters,
    input_names=["weight", "height"],
    output_names=["woman"],
    ax=above,
)
DecisionBoundaryDisplay.from_predictor(
    result.predict,
    X,
    y,
    feature_names=["weight - 135 lb", "height - 66 in"],
    class_names=["man", "woman"],
    new={"Emily": [-7, -3], "Frank": [20, 2]},
    ax=below,
)
below.set_title("What it has learned from four people, and what it says of two others")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "people.png", dpi=120)
