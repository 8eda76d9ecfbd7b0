#include "problem.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "chainrule/activations/base.hpp"
#include "chainrule/losses/base.hpp"
#include "chainrule/optimizers/base.hpp"
#include "chainrule/penalties/base.hpp"

using namespace chainrule;

namespace {

using Values = std::map<std::string, Value>;

/// Sizes around the widths of vectors, of register tiles and of panels, and any other.
std::size_t size_up_to(Dice& dice, std::size_t most) {
    static const std::vector<std::size_t> edges{1,  2,  3,  7,  8,  9,  15,  16,  17,
                                                31, 32, 33, 63, 64, 65, 127, 128, 129};
    const std::size_t size = dice.once_in(2) ? dice.one_of(edges) : 1 + dice.below(most);
    return std::min(size, most);
}

/// Losses that are no numbers outside of a domain, with the activations that stay within it.
std::vector<std::string> activations_for(const std::string& loss) {
    if (loss == "CrossEntropy") {
        return {"Softmax"};
    }
    if (loss == "BinaryCrossEntropy") {
        return {"Sigmoid"};
    }
    if (loss == "Poisson") {
        return {"Exp", "Softplus"};
    }
    return activation_names();
}

/// Whether a loss has a form that takes the pre-activations of an activation.
bool canonical(const std::string& loss, const std::string& activation) {
    return (loss == "CrossEntropy" && activation == "Softmax") ||
           (loss == "BinaryCrossEntropy" && activation == "Sigmoid") ||
           (loss == "Poisson" && activation == "Exp");
}

void add_segment(ObjectiveDescription& objective, std::size_t size, double factor, bool penalised,
                 bool trainable) {
    const std::size_t start = objective.segments.empty() ? 0 : objective.segments.back().stop;
    objective.segments.push_back({start, start + size, factor, penalised && trainable, trainable});
}

/// A layer and its arrays, in their order.
void add_layer(ObjectiveDescription& objective, const std::string& name, Values values,
               const std::string& activation, bool frozen) {
    const double factor = values.contains("learning_rate_factor")
                              ? std::get<double>(values["learning_rate_factor"])
                              : 1.0;
    if (name == "Dense") {
        const double n_in = std::get<double>(values["n_in"]),
                     n_out = std::get<double>(values["n_out"]);
        add_segment(objective, std::size_t(n_in * n_out), factor, true, !frozen);
        if (std::get<double>(values["bias"]) != 0.0) {
            add_segment(objective, std::size_t(n_out), factor, false, !frozen);
        }
    } else if (name != "Dropout") {
        const auto n = std::size_t(std::get<double>(values["n"]));
        const std::size_t arrays = name == "BatchNorm"   ? 4  // the last two follow the data
                                   : name == "LayerNorm" ? 2
                                                         : 1;
        for (std::size_t k = 0; k < arrays; ++k) {
            add_segment(objective, n, factor, false, !frozen && k < 2);
        }
    }
    LayerDescription layer{name, std::move(values), {}, {}};
    if (!activation.empty()) {
        layer.activations["activation"] = activation;
    }
    objective.layers.push_back(frozen ? LayerDescription{"Frozen", {}, {}, {layer}} : layer);
}

void add_dense(ObjectiveDescription& objective, std::size_t n_in, std::size_t n_out,
               const std::string& activation, bool bias = true, double factor = 1.0,
               bool frozen = false) {
    add_layer(objective, "Dense",
              {{"n_in", double(n_in)},
               {"n_out", double(n_out)},
               {"bias", double(bias)},
               {"learning_rate_factor", factor}},
              activation, frozen);
}

/// Hyperparameters of all optimizers: each takes its own.
Values optimizer_values(Dice& dice) {
    return {{"weight_decay", dice.once_in(4) ? 0.01 : 0.0},
            {"momentum", dice.once_in(2) ? 0.9 : 0.0},
            {"nesterov", double(dice.below(2))},
            {"eps", 1e-8},
            {"rho", 0.9},
            {"beta1", 0.9},
            {"beta2", 0.999},
            {"epsilon", dice.once_in(2) ? "hat" : "outside"},
            {"momentum_decay", dice.once_in(2) ? 0.004 : 0.0}};
}

void add_rules(Problem& problem, Dice& dice) {
    for (std::size_t k = dice.below(3); k-- > 0;) {
        StopRule rule;
        rule.kind = static_cast<StopRule::Kind>(dice.below(3));
        rule.on_validation = problem.validation_rows > 0 && dice.once_in(2);
        rule.bound = rule.kind == StopRule::Kind::target ? -1.0 : 1e-3;
        rule.patience = 1 + dice.below(3);
        rule.keep = rule.kind == StopRule::Kind::early_stopping;
        problem.rules.push_back(rule);
    }
}

void finish(Problem& problem) {
    ObjectiveDescription& objective = problem.objective;
    problem.size = objective.segments.back().stop;
    problem.n_slots = make_optimizer<double>(problem.optimizer)->n_slots();
}

}  // namespace

Problem any_problem(std::uint64_t seed, Size size) {
    const bool large = size == Size::large, heavy = size == Size::heavy;
    const bool coupled = size == Size::coupled;
    const std::size_t most_units = large ? 150 : heavy || coupled ? 20 : 70;
    Dice dice(seed);
    Problem problem;
    problem.seed = seed;
    ObjectiveDescription& objective = problem.objective;

    std::size_t width = problem.n_in = heavy ? 400 + dice.below(200) : size_up_to(dice, most_units);
    if (heavy) {
        width = 50 + dice.below(30);
        add_dense(objective, problem.n_in, width, dice.one_of(activation_names()));
    }
    const auto add_batch_norm = [&](const std::string& activation, bool frozen) {
        add_layer(objective, "BatchNorm", {{"n", double(width)}, {"eps", 1e-5}, {"momentum", 0.9}},
                  activation, frozen);
    };
    if (coupled) {
        if (!dice.once_in(4)) {
            add_dense(objective, width, width, dice.one_of(activation_names()));
        }
        add_batch_norm(dice.one_of(activation_names()), false);
    }
    for (std::size_t hidden = coupled ? 3 : dice.below(4); hidden-- > 0;) {
        const std::string activation = dice.one_of(activation_names());
        const bool frozen = dice.once_in(8);
        const double n = double(width);
        switch (heavy && !dice.once_in(4) ? 0 : coupled && dice.once_in(3) ? 1 : dice.below(8)) {
            case 0:
                add_layer(objective, "Dropout", {{"n", n}, {"rate", 0.3}}, "", false);
                break;
            case 1:
                add_batch_norm(activation, frozen);
                break;
            case 2:
                add_layer(objective, "LayerNorm", {{"n", n}, {"eps", 1e-5}}, activation, frozen);
                break;
            case 3:
                add_layer(objective, "Scale", {{"n", n}, {"learning_rate_factor", 6.0}}, "",
                          frozen);
                break;
            case 4:
                add_layer(objective, "ParametricActivation",
                          {{"n", n}, {"learning_rate_factor", 0.1}}, "SELU", frozen);
                break;
            default: {
                const std::size_t next = size_up_to(dice, most_units);
                // One after the other: compilers differ in the order of arguments.
                const bool bias = !dice.once_in(5);
                const double factor = dice.once_in(4) ? 0.5 : 1.0;
                add_dense(objective, width, next, activation, bias, factor, frozen);
                width = next;
            }
        }
    }
    const std::string loss = dice.one_of(loss_names());
    const std::string activation = dice.one_of(activations_for(loss));
    problem.n_out = size_up_to(dice, dice.once_in(3) ? most_units : 10);
    add_dense(objective, width, problem.n_out, activation);
    objective.from_logits = canonical(loss, activation) && !dice.once_in(4);
    objective.loss = {
        loss, Values{{"factor", dice.once_in(3) ? 0.5 : 1.0},
                     {"reduction", dice.once_in(3) ? "sum" : "mean"},
                     {"delta", 0.7},
                     {"quantile", std::vector<double>(dice.once_in(2) ? 1 : problem.n_out, 0.3)},
                     {"label_smoothing", dice.once_in(3) ? 0.1 : 0.0}}};
    for (const std::string& penalty : penalty_names()) {
        if (dice.once_in(4)) {
            objective.penalties.push_back(
                {penalty,
                 Values{{"strength", 1e-3}, {"divisor", dice.once_in(2) ? "batch" : "one"}}});
        }
    }

    problem.rows = large     ? 200 + dice.below(1200)
                   : coupled ? 2049 + dice.below(1200)
                             : size_up_to(dice, 200);
    problem.validation_rows = dice.once_in(3) ? size_up_to(dice, 300) : 0;
    problem.epochs = 1 + dice.below(3);
    problem.weighted = dice.once_in(3);
    problem.ordered = dice.once_in(4);
    problem.one_rate = dice.once_in(2);
    problem.optimizer = {dice.one_of(optimizer_names()), optimizer_values(dice)};
    // Whole batches are what threads share; at most some twenty updates an epoch.
    problem.plan.batch_rows =
        dice.once_in(2) ? problem.rows
        : coupled       ? 2049 + dice.below(500)
                        : std::max(size_up_to(dice, problem.rows), (problem.rows + 19) / 20);
    problem.plan.shuffle = dice.once_in(2);
    problem.plan.seed = seed;
    problem.plan.clip_norm = dice.once_in(4) ? 0.1 : 0.0;
    add_rules(problem, dice);
    finish(problem);
    return problem;
}

Problem shared_problem(std::size_t epochs) {
    Dice dice(0);
    Problem problem;
    problem.n_in = 12;
    problem.n_out = 2;
    problem.rows = 512;
    problem.epochs = epochs;
    problem.one_rate = true;
    problem.plan.batch_rows = 256;
    problem.plan.seed = 5;
    problem.optimizer = {"Adam", optimizer_values(dice)};
    ObjectiveDescription& objective = problem.objective;
    add_dense(objective, 12, 40, "Tanh");
    add_dense(objective, 40, 20, "Tanh");
    add_dense(objective, 20, 2, "Identity");
    objective.loss = {"SquaredError", Values{{"factor", 1.0}, {"reduction", "mean"}}};
    finish(problem);
    return problem;
}
