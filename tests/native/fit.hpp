// A problem's arrays, each fenced, and what training makes of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "chainrule/predictor.hpp"
#include "chainrule/train.hpp"
#include "fenced.hpp"
#include "problem.hpp"

/// All that a fit has to tell.
template <class T>
struct Outcome {
    std::vector<T> parameters, slots;
    chainrule::Records records;
    std::uint64_t update = 0, epoch = 0;

    /// Whether every bit is the same, those of numbers that are none included.
    bool operator==(const Outcome& other) const {
        const auto same = [](const auto& a, const auto& b) {
            return a.size() == b.size() &&
                   (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0);
        };
        const chainrule::Records &r = records, &o = other.records;
        return same(parameters, other.parameters) && same(slots, other.slots) &&
               same(r.losses, o.losses) && same(r.gradient_norms, o.gradient_norms) &&
               same(r.learning_rates, o.learning_rates) &&
               same(r.validation_losses, o.validation_losses) && r.ended == o.ended &&
               r.rule == o.rule && update == other.update && epoch == other.epoch;
    }
};

/// Rows of a problem.
template <class T>
struct Table {
    Fenced<T> X, y, weight;
    chainrule::Rows<T> rows;

    Table(const Problem& problem, std::size_t n, Dice& dice)
        : X(n * problem.n_in), y(n * problem.n_out), weight(problem.weighted ? n : 0) {
        for (std::size_t i = 0; i < X.size(); ++i) {
            X[i] = T(dice.between(-2.0, 2.0));
        }
        // For each loss something that it takes: classes, counts or numbers.
        const std::string& loss = problem.objective.loss.name;
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t hot = dice.below(problem.n_out);
            for (std::size_t j = 0; j < problem.n_out; ++j) {
                T& target = y[r * problem.n_out + j];
                if (loss == "CrossEntropy") {
                    target = T(j == hot);
                } else if (loss == "BinaryCrossEntropy") {
                    target = T(dice.below(2));
                } else if (loss == "Hinge") {
                    target = T(dice.once_in(2) ? 1 : -1);
                } else if (loss == "Poisson") {
                    target = T(dice.below(5));
                } else {
                    target = T(dice.between(-1.0, 1.0));
                }
            }
        }
        for (std::size_t i = 0; i < weight.size(); ++i) {
            weight[i] = T(0.5 * double(dice.below(4)));
        }
        rows = {X.data(), y.data(), problem.weighted ? weight.data() : nullptr, nullptr, n};
    }
};

template <class T>
class Fit {
  public:
    explicit Fit(const Problem& problem)
        : problem_(problem),
          dice_(problem.seed + 1),
          data_(problem, problem.rows, dice_),
          validation_(problem, problem.validation_rows, dice_),
          start_(problem.size),
          rates_(problem.one_rate ? 1 : problem.epochs * n_batches()),
          orders_(problem.ordered ? problem.epochs * problem.rows : 0) {
        for (const chainrule::Segment& segment : problem.objective.segments) {
            const std::size_t n = segment.stop - segment.start;
            const double scale = 1.0 / std::sqrt(1.0 + double(n) / double(problem.n_out));
            for (std::size_t i = segment.start; i < segment.stop; ++i) {
                // Weights of either sign; what else there is (a variance!) may have to be positive.
                start_[i] = T(segment.penalised ? scale * dice_.between(-2.0, 2.0)
                                                : dice_.between(0.5, 1.5));
            }
        }
        for (std::size_t i = 0; i < rates_.size(); ++i) {
            rates_[i] = problem.learning_rate * dice_.between(0.5, 1.0);
        }
        for (std::size_t i = 0; i < orders_.size(); ++i) {
            orders_[i] = std::int64_t(dice_.below(problem.rows));  // any, some of them twice
        }
    }

    /// From the start, on so many threads.
    Outcome<T> train(std::size_t threads, chainrule::Interrupted interrupted = nullptr,
                     std::size_t updates = 0) const {
        Fenced<T> parameters(start_.copy()), slots(problem_.n_slots * problem_.size);
        chainrule::State<T> state;
        state.parameters = parameters.data();
        state.slots = slots.data();
        state.size = problem_.size;
        state.n_slots = problem_.n_slots;
        std::vector<Fenced<T>> best, starts;
        chainrule::Monitor<T> monitor;
        monitor.rules = problem_.rules;
        for (const chainrule::StopRule& rule : monitor.rules) {
            best.emplace_back(rule.keep ? problem_.size : 0);
            monitor.best.push_back(rule.keep ? best.back().data() : nullptr);
        }
        const chainrule::PlanDescription plan = problem_.whole_plan();
        chainrule::Training<T> training(plan, {data_.rows, 0, problem_.rows}, validation_.rows,
                                        threads);
        chainrule::Records records;
        // All at once, or in pieces of some updates, which must change nothing.
        const std::size_t per_epoch = n_batches();
        do {
            const std::size_t done = state.epoch;
            const chainrule::Course course{
                problem_.epochs - done, updates == 0 ? chainrule::Course::unlimited : updates,
                rates_.data() + (problem_.one_rate ? 0 : done * per_epoch), problem_.one_rate,
                problem_.ordered ? orders_.data() + done * problem_.rows : nullptr};
            // Where an epoch is gone on with, what it may go back to is the caller's.
            starts.emplace_back(copied(state.partial.parameters, problem_.size));
            state.partial.parameters = starts.back().data();
            starts.emplace_back(copied(state.partial.slots, problem_.n_slots * problem_.size));
            state.partial.slots = starts.back().data();
            chainrule::Records more = training.advance(state, course, monitor, interrupted);
            records = joined(std::move(records), more);
        } while (records.ended == chainrule::Ended::done && state.epoch < problem_.epochs);
        return {parameters.copy(), slots.copy(), std::move(records), state.update, state.epoch};
    }

    chainrule::Predictor<T> predictor(const std::vector<T>& parameters) const {
        const Fenced<T> numbers(parameters);
        return {problem_.objective.layers, numbers.data()};
    }

    /// Outputs for the rows.
    std::vector<T> predict(chainrule::Predictor<T>& predictor, std::size_t threads) const {
        Fenced<T> outputs(problem_.rows * problem_.n_out);
        chainrule::Poll poll(nullptr);
        predictor.predict(data_.X.data(), outputs.data(), problem_.rows, threads, poll);
        return outputs.copy();
    }

    static std::vector<T> copied(const T* from, std::size_t n) {
        return from == nullptr ? std::vector<T>() : std::vector<T>(from, from + n);
    }

    /// The records of a fit and of its next piece.
    static chainrule::Records joined(chainrule::Records records, chainrule::Records more) {
        const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
            to.insert(to.end(), from.begin(), from.end());
        };
        append(records.losses, more.losses);
        append(records.gradient_norms, more.gradient_norms);
        append(records.learning_rates, more.learning_rates);
        append(records.seconds, more.seconds);
        append(records.validation_losses, more.validation_losses);
        records.ended = more.ended;
        records.rule = more.rule;
        return records;
    }

    std::size_t n_batches() const {
        return chainrule::Training<T>::n_batches(problem_.rows, problem_.plan.batch_rows);
    }

  private:
    Problem problem_;
    Dice dice_;
    Table<T> data_, validation_;
    Fenced<T> start_;
    Fenced<double> rates_;
    Fenced<std::int64_t> orders_;
};
