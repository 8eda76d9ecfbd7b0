// The description of a plan that Python hands to the core: names and numbers, no arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chainrule {

/// A hyperparameter: a number (a flag is 0 or 1), a word, or several numbers.
using Value = std::variant<double, std::string, std::vector<double>>;

/// Hyperparameters by the names that they have in Python.
class Hyperparameters {
  public:
    Hyperparameters() = default;
    Hyperparameters(std::map<std::string, Value> values) : values_(std::move(values)) {}

    bool contains(const std::string& name) const { return values_.contains(name); }
    double number(const std::string& name) const { return get<double>("number", name); }
    bool flag(const std::string& name) const { return number(name) != 0.0; }
    /// Whether a word is `yes`, and not its alternative `no`.
    bool choice(const std::string& name, std::string_view yes, std::string_view no) const {
        const std::string& word = get<std::string>("word", name);
        if (word != yes && word != no) {
            throw std::invalid_argument("the word " + name + " (=" + word + ") is unknown");
        }
        return word == yes;
    }
    std::size_t size(const std::string& name) const {
        const double value = number(name);
        if (!(value >= 0.0 && value <= 9007199254740992.0)) {  // 2^53: exact in a double
            throw std::invalid_argument("the size " + name + " is out of range");
        }
        return static_cast<std::size_t>(value);
    }
    /// Several numbers, or one.
    std::vector<double> numbers(const std::string& name) const {
        const double* one = std::get_if<double>(&find("number", name));
        return one != nullptr ? std::vector<double>{*one}
                              : get<std::vector<double>>("list of numbers", name);
    }

    bool operator==(const Hyperparameters&) const = default;

  private:
    const Value& find(const char* kind, const std::string& name) const {
        const auto found = values_.find(name);
        if (found == values_.end()) {
            throw std::invalid_argument(std::string("the ") + kind + " " + name + " is missing");
        }
        return found->second;
    }
    template <class Kind>
    const Kind& get(const char* kind, const std::string& name) const {
        const Kind* value = std::get_if<Kind>(&find(kind, name));
        if (value == nullptr) {
            throw std::invalid_argument(name + " must be a " + kind);
        }
        return *value;
    }

    std::map<std::string, Value> values_;
};

/// A built-in object: its class and its hyperparameters.
struct Description {
    std::string name;
    Hyperparameters values;

    bool operator==(const Description&) const = default;
};

/// A built-in layer: its class, its hyperparameters, the classes of its activations by the names of
/// the hyperparameters that hold them, and the layers inside it, in their order.
struct LayerDescription {
    std::string name;
    Hyperparameters values;
    std::map<std::string, std::string> activations;
    std::vector<LayerDescription> layers;

    const std::string& activation(const std::string& of = "activation") const {
        const auto found = activations.find(of);
        if (found == activations.end()) {
            throw std::invalid_argument("the " + of + " of a layer is missing");
        }
        return found->second;
    }

    bool operator==(const LayerDescription&) const = default;
};

/// A range of the parameter vector whose numbers are treated alike.
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
    bool from_logits = false;         // whether the loss takes the last pre-activations
    std::size_t n_in = 0, n_out = 0;  // of its network, where somebody has built that

    std::size_t n_parameters() const { return segments.empty() ? 0 : segments.back().stop; }

    /// Whether their gradients are computed alike; segments and penalties come after.
    bool computes_like(const ObjectiveDescription& other) const {
        return layers == other.layers && loss == other.loss && from_logits == other.from_logits;
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
