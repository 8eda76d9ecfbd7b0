// A fit that the core is asked to go on with: its arrays, checked, and what it reports.
#pragma once

#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "chainrule/batched/together.hpp"
#include "chainrule/train.hpp"
#include "rows.hpp"

namespace chainrule::bindings {

/// kind, on_validation, bound, patience, start_from_epoch, keep, best, best_epoch, waited.
using Rule = std::tuple<int, bool, double, std::uint64_t, std::uint64_t, bool, double,
                        std::uint64_t, std::uint64_t>;

/// One learning rate for all updates, or an array (epochs, n_batches).
using Rates = std::variant<double, Array>;

/// The arguments of `advance`, in their order; parameters and slots are written to.
struct Given {
    const PlanDescription* plan;
    Filled parameters, slots;
    std::uint64_t update, epoch;
    Array X, y;
    std::optional<Array> weight;
    Rates learning_rates;
    std::size_t epochs;
    std::optional<Array> orders;
    std::optional<std::tuple<Array, Array, std::optional<Array>>> validation;
    std::vector<Rule> rules;
};

class Job {
  public:
    virtual ~Job() = default;
    /// Without the GIL.
    virtual void run(std::size_t threads, Interrupted interrupted) = 0;
    /// With the GIL.
    virtual nb::object report() = 0;

    /// However it ended, someone wants it to stop: what it has learned until then is the report.
    virtual void interrupt() = 0;

    /// Whether this and another fit can go side by side; how many at most, 1: none.
    virtual bool goes_with(const Job& other) const = 0;
    virtual std::size_t side_by_side() const = 0;
    /// Without the GIL, by one thread: this fit and others that go with it.
    virtual void run_with(const std::vector<Job*>& others, const Interrupted& interrupted) = 0;

    Ended ended = Ended::done;
};

inline const char* name_of(Ended ended) {
    switch (ended) {
        case Ended::diverged:
            return "diverged";
        case Ended::interrupted:
            return "interrupted";
        case Ended::stopped:
            return "stopped";
        default:
            return "done";
    }
}

/// Curves of one length, as the rows of an array: made at once, since each array takes a while.
inline nb::object as_rows(std::initializer_list<const std::vector<double>*> curves) {
    const std::size_t n = (*curves.begin())->size();
    NewArray<double> made({curves.size(), n});
    double* row = made.numbers;
    for (const std::vector<double>* curve : curves) {
        row = std::copy_n(curve->data(), n, row);
    }
    return made.array;
}

template <class T>
class JobOf final : public Job {
  public:
    JobOf(Given given, std::size_t size, std::size_t n_slots, std::size_t n_in, std::size_t n_out)
        : given_(std::move(given)),
          data_(rows_of<T>(given_.X, given_.y, given_.weight, n_in, n_out)),
          state_{filled<T>(given_.parameters, "parameters", {size}),
                 filled<T>(given_.slots, "slots", {n_slots, size}),
                 size,
                 n_slots,
                 given_.update,
                 given_.epoch} {
        const auto* one_rate = std::get_if<double>(&given_.learning_rates);
        std::size_t epochs = given_.epochs;
        if (one_rate != nullptr) {
            course_.learning_rates = one_rate;
            course_.one_rate = true;
        } else {
            const Array& rates = std::get<Array>(given_.learning_rates);
            epochs = rates.ndim() == 2 ? rates.shape(0) : epochs;
            const std::size_t n_batches = Training<T>::n_batches(data_.n, given_.plan->batch_rows);
            course_.learning_rates = numbers<double>(rates, "learning_rates", {epochs, n_batches});
        }
        course_.epochs = epochs;
        if (given_.orders) {
            course_.orders = numbers<std::int64_t>(*given_.orders, "orders", {epochs, data_.n});
            const auto wrong = [&](std::int64_t k) { return k < 0 || std::size_t(k) >= data_.n; };
            if (std::any_of(course_.orders, course_.orders + epochs * data_.n, wrong)) {
                throw nb::value_error("orders must be row numbers from 0 to n - 1");
            }
        }
        if (given_.validation) {
            const auto& [X, y, weight] = *given_.validation;
            watch_.validation = rows_of<T>(X, y, weight, n_in, n_out);
        }
        for (const auto& [kind, on_validation, bound, patience, start, keep, best, best_epoch,
                          waited] : given_.rules) {
            if (kind < 0 || kind > static_cast<int>(StopRule::Kind::target)) {
                throw nb::value_error("a rule is of no kind that there is");
            }
            if (on_validation && !given_.validation) {
                throw nb::value_error("a rule watches validation rows, but there are none");
            }
            watch_.rules.push_back({static_cast<StopRule::Kind>(kind), on_validation, bound,
                                    patience, start, keep, best, best_epoch, waited});
            best_.emplace_back(keep ? std::make_optional<NewArray<T>>({size}) : std::nullopt);
            watch_.best.push_back(keep ? best_.back()->numbers : nullptr);
        }
    }

    void run(std::size_t threads, Interrupted interrupted) override {
        Training<T> training(*given_.plan, state_, data_, course_, watch_, threads,
                             std::move(interrupted));
        records_ = training.advance();
        ended = records_.ended;
    }

    bool goes_with(const Job& job) const override {
        const auto* other = dynamic_cast<const JobOf<T>*>(&job);
        return other != nullptr && data_.n == other->data_.n &&
               (data_.weight == nullptr) == (other->data_.weight == nullptr) &&
               given_.plan->batch_rows == other->given_.plan->batch_rows &&
               given_.plan->objective->computes_like(*other->given_.plan->objective);
    }

    std::size_t side_by_side() const override {
        return BatchedBackprop<T>::takes(*given_.plan->objective, batch_rows())
                   ? BatchedBackprop<T>::width()
                   : 1;
    }

    void run_with(const std::vector<Job*>& others, const Interrupted& interrupted) override {
        std::vector<JobOf<T>*> jobs{this};
        for (Job* other : others) {
            jobs.push_back(static_cast<JobOf<T>*>(other));
        }
        std::vector<std::unique_ptr<Training<T>>> made;
        std::vector<Training<T>*> trainings;
        for (JobOf<T>* job : jobs) {
            made.push_back(std::make_unique<Training<T>>(*job->given_.plan, job->state_,
                                                         job->data_, job->course_, job->watch_, 0,
                                                         interrupted));
            trainings.push_back(made.back().get());
        }
        train_together(std::move(trainings), *given_.plan->objective, batch_rows());
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            jobs[i]->records_ = made[i]->finish();
            jobs[i]->ended = jobs[i]->records_.ended;
        }
    }

    void interrupt() override {
        if (ended == Ended::diverged) {  // the last epoch is undone
            for (std::vector<double>* curve : {&records_.losses, &records_.gradient_norms,
                                               &records_.learning_rates, &records_.seconds}) {
                curve->pop_back();
            }
        }
        ended = Ended::interrupted;
    }

    nb::object report() override {
        nb::list memories;
        for (std::size_t i = 0; i < watch_.rules.size(); ++i) {
            const StopRule& rule = watch_.rules[i];
            const bool improved = rule.keep && rule.best_epoch > given_.epoch;
            memories.append(nb::make_tuple(rule.best, rule.best_epoch, rule.waited,
                                           improved ? best_[i]->array : nb::none()));
        }
        return nb::make_tuple(state_.update, state_.epoch,
                              as_rows({&records_.losses, &records_.gradient_norms,
                                       &records_.learning_rates, &records_.seconds}),
                              given_.validation ? as_rows({&records_.validation_losses})
                                                : nb::none(),
                              memories, records_.rule, name_of(ended));
    }

  private:
    std::size_t batch_rows() const { return std::min(given_.plan->batch_rows, data_.n); }

    Given given_;
    Rows<T> data_;
    State<T> state_;
    Course course_;
    Watch<T> watch_;
    std::vector<std::optional<NewArray<T>>> best_;
    Records records_;
};

inline std::unique_ptr<Job> make_job(Given given) {
    return with_type_of(given.parameters, "parameters", [&]<class T>(T) -> std::unique_ptr<Job> {
        const Network<T> network(given.plan->objective->layers);
        const std::size_t n_slots = make_optimizer<T>(*given.plan->optimizer)->n_slots();
        const std::size_t n_in = network.n_in(), n_out = network.n_out();
        return std::make_unique<JobOf<T>>(std::move(given), network.n_parameters(), n_slots, n_in,
                                          n_out);
    });
}

}  // namespace chainrule::bindings
