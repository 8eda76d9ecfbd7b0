// A plan and rows, drawn at random: whatever is built in, in shapes around those of the kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "chainrule/description.hpp"
#include "chainrule/stopping.hpp"

/// Random numbers that are the same with every standard library.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : words_(seed) {}

    /// 0, ..., n - 1.
    std::size_t below(std::size_t n) { return words_() % n; }
    bool once_in(std::size_t n) { return below(n) == 0; }
    /// From low to high.
    double between(double low, double high) {
        return low + (high - low) * (double(words_() >> 11) * 0x1p-53);
    }
    template <class T>
    const T& one_of(const std::vector<T>& items) {
        return items[below(items.size())];
    }

  private:
    std::mt19937_64 words_;
};

/// What to train, and for how long.
struct Problem {
    chainrule::ObjectiveDescription objective;
    chainrule::Description optimizer;
    chainrule::PlanDescription plan;  // without those two: see `whole_plan`
    std::size_t n_in = 1, n_out = 1, size = 0, n_slots = 0;
    std::size_t rows = 1, validation_rows = 0, epochs = 1;
    bool weighted = false;
    bool ordered = false;  // by orders of the caller's, not the plan's own
    bool one_rate = false;
    double learning_rate = 0.01;
    std::vector<chainrule::StopRule> rules;
    std::uint64_t seed = 0;  // of the numbers

    chainrule::PlanDescription whole_plan() const {
        chainrule::PlanDescription whole = plan;
        whole.objective = std::make_shared<chainrule::ObjectiveDescription>(objective);
        whole.optimizer = std::make_shared<chainrule::Description>(optimizer);
        return whole;
    }
};

enum class Size { small, large, heavy, coupled };

/// Any problem of up to 200 rows and 70 units; a large one has 200 to 1,400 rows, which are more
/// tiles than pieces, and up to 150 units, which are more than a panel; a heavy one has more
/// parameters than outputs, which are what threads then share. A coupled one has batch
/// normalisation and so many rows that a batch goes through it in tiles; its last batch may not.
Problem any_problem(std::uint64_t seed, Size size = Size::small);

/// 12-40-20-2 tanh by Adam, with work for several threads in every update.
Problem shared_problem(std::size_t epochs);
