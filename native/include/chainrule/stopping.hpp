// Rules that end a fit before its last epoch: those of stopping.py that watch a loss.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace chainrule {

struct StopRule {
    enum class Kind { early_stopping, tolerance, target };

    Kind kind = Kind::target;
    bool on_validation = false;  // or on the training loss
    double bound = 0.0;          // min_delta, tolerance or value
    std::uint64_t patience = 0;
    std::uint64_t start_from_epoch = 0;
    bool keep = false;  // the parameters of the best epoch

    // What it remembers.
    double best = std::numeric_limits<double>::infinity();
    std::uint64_t best_epoch = 0;
    std::uint64_t waited = 0;

    /// Whether to stop after an epoch; `improved` where it is the best one so far.
    bool check(double loss, double validation_loss, std::uint64_t epoch, bool& improved) {
        const double value = on_validation ? validation_loss : loss;
        improved = false;
        switch (kind) {
            case Kind::early_stopping:
                if (epoch == start_from_epoch + 1) {
                    best = std::numeric_limits<double>::infinity();
                    best_epoch = waited = 0;
                }
                if (value < best - bound) {
                    best = value;
                    best_epoch = epoch;
                    waited = 0;
                    improved = true;
                    return false;
                }
                return epoch > start_from_epoch && ++waited >= patience;
            case Kind::tolerance:
                waited = value > best - bound ? waited + 1 : 0;
                best = std::min(value, best);
                return waited > patience;
            default:
                return value <= bound;
        }
    }
};

}  // namespace chainrule
