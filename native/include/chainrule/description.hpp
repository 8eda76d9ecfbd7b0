// What Python tells the core about a plan: names and numbers, no arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace chainrule {

/// Hyperparameters by the names that they have in Python. Words are numbers, too: the "mean" of a
/// reduction, the "one" of a divisor and the "outside" of an epsilon are 0, their alternatives 1.
struct Numbers {
    std::map<std::string, std::vector<double>> values;

    const std::vector<double>& list(const std::string& name) const {
        const auto found = values.find(name);
        if (found == values.end() || found->second.empty()) {
            throw std::invalid_argument("the number " + name + " is missing");
        }
        return found->second;
    }
    double number(const std::string& name) const { return list(name).front(); }
    bool flag(const std::string& name) const { return number(name) != 0.0; }
    std::size_t size(const std::string& name) const {
        const double value = number(name);
        if (!(value >= 0.0 && value <= 9007199254740992.0)) {  // 2^53: exact in a double
            throw std::invalid_argument("the size " + name + " is out of range");
        }
        return static_cast<std::size_t>(value);
    }

    bool operator==(const Numbers&) const = default;
};

/// A built-in object: its class and its hyperparameters.
struct Description {
    std::string name;
    Numbers numbers;

    bool operator==(const Description&) const = default;
};

struct LayerDescription {
    Description layer;
    std::string activation;  // "" for a layer that has none
    bool frozen = false;

    bool operator==(const LayerDescription&) const = default;
};

/// A part of the parameter vector whose numbers are treated alike.
struct Segment {
    std::size_t start = 0;
    std::size_t stop = 0;
    double learning_rate_factor = 1.0;
    bool penalised = false;
    bool trainable = true;
};

struct ObjectiveDescription {
    std::vector<LayerDescription> layers;
    std::vector<Segment> segments;
    Description loss;
    std::vector<Description> penalties;
    bool fused = false;  // whether the loss is computed from the last pre-activations

    /// Whether their gradients are computed alike; segments and penalties come after.
    bool computes_like(const ObjectiveDescription& other) const {
        return layers == other.layers && loss == other.loss && fused == other.fused;
    }
};

/// The parts are shared by the plans that have them.
struct PlanDescription {
    std::shared_ptr<const ObjectiveDescription> objective;
    std::shared_ptr<const Description> optimizer;
    std::size_t batch_rows = 1;
    bool shuffle = true;
    std::uint64_t seed = 0;
    double clip_norm = 0.0;  // 0: no clipping
};

}  // namespace chainrule
