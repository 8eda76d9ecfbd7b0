// A plan and its rows, prepared for training: checked once, advanced many times.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "chainrule/batched/together.hpp"
#include "chainrule/train.hpp"
#include "fit.hpp"
#include "rows.hpp"

namespace chainrule::bindings {

class Session;

/// One advance of a session: its arguments checked, with the GIL; then run, without.
class Run {
  public:
    virtual ~Run() = default;
    virtual void run(std::size_t threads, Interrupted interrupted) = 0;
    /// By one thread: this one and others that go with it.
    virtual void run_with(const std::vector<Run*>& others, const Interrupted& interrupted) = 0;
    /// Whether this one and another can go side by side; how many at most, 1: none.
    virtual bool goes_with(const Run& other) const = 0;
    virtual std::size_t side_by_side() const = 0;
    /// With the GIL: the advance gets the new state and what was recorded.
    virtual void finish() = 0;
    /// The session's workspace is given up, until it is advanced again.
    virtual void release() = 0;

    Records records;
};

class Session {
  public:
    virtual ~Session() = default;
    /// With the GIL. One at a time.
    virtual std::unique_ptr<Run> prepare(Advance& advance) = 0;
};

template <class T>
class SessionOf final : public Session {
  public:
    SessionOf(std::shared_ptr<const PlanDescription> plan, Table table, std::size_t first,
              std::optional<std::size_t> n, std::optional<Table> validation,
              std::vector<StopRule> rules, std::optional<Array> selected)
        : plan_(std::move(plan)),
          table_(std::move(table)),
          selected_(std::move(selected)),
          validation_(std::move(validation)),
          rules_(std::move(rules)) {
        const ObjectiveDescription& objective = *plan_->objective;
        n_slots_ = make_optimizer<T>(*plan_->optimizer)->n_slots();
        size_ = objective.n_parameters();
        const auto rows = [&](const Table& of) {
            const auto& [X, y, weight] = of;
            return rows_of<T>(X, y, weight, objective.n_in, objective.n_out);
        };
        window_.rows = rows(table_);
        if (selected_) {
            const std::size_t chosen = n.value_or(window_.rows.n);
            window_.rows.order = row_numbers(*selected_, "selected", {chosen}, window_.rows.n);
            window_.rows.n = chosen;
        }
        window_.first = first;
        window_.n = n.value_or(window_.rows.n);
        const std::size_t end = first + window_.rows.n;
        const bool cut =
            first % plan_->batch_rows != 0 || (end != window_.n && end % plan_->batch_rows != 0);
        if (end > window_.n || cut || (window_.rows.n < window_.n && plan_->shuffle)) {
            throw nb::value_error("the rows must be whole batches of an epoch, in its order");
        }
        if (validation_) {
            validation_rows_ = rows(*validation_);
        }
        for (const StopRule& rule : rules_) {
            if (rule.on_validation && !validation_) {
                throw nb::value_error("a rule watches validation rows, but there are none");
            }
        }
    }

    std::unique_ptr<Run> prepare(Advance& advance) override;

  private:
    class RunOf;

    std::shared_ptr<const PlanDescription> plan_;
    Table table_;
    std::optional<Array> selected_;
    std::optional<Table> validation_;
    std::vector<StopRule> rules_;
    std::size_t n_slots_ = 0, size_ = 0;
    Window<T> window_;
    Rows<T> validation_rows_;
    std::unique_ptr<Training<T>> training_;  // kept from one advance to the next
    std::size_t threads_ = 0;                // that it was made for
    std::atomic<bool> busy_{false};
};

template <class T>
class SessionOf<T>::RunOf final : public Run {
  public:
    RunOf(SessionOf& session, Advance& advance)
        : session_(session), given_(advance), hold_(session.busy_) {
        const std::size_t size = session.size_, n_slots = session.n_slots_;
        parameters_ = array<Filled>(advance.parameters, "parameters");
        slots_ = array<Filled>(advance.slots, "optimizer_state");
        state_.parameters = filled<T>(parameters_, "parameters", {size});
        state_.slots = filled<T>(slots_, "optimizer_state", {n_slots, size});
        state_.size = size;
        state_.n_slots = n_slots;
        state_.update = advance.update;
        state_.epoch = advance.epoch;
        const std::size_t n_batches =
            Training<T>::n_batches(session.window_.n, session.plan_->batch_rows);
        if (advance.partial) {
            const Partial& at = *advance.partial;
            start_parameters_ = array<Array>(at.parameters, "parameters");
            start_slots_ = array<Array>(at.slots, "optimizer_state");
            state_.partial = {at.batch,
                              at.loss,
                              at.weight,
                              at.gradient_norm,
                              at.seconds,
                              numbers<T>(*start_parameters_, "parameters", {size}),
                              numbers<T>(*start_slots_, "optimizer_state", {n_slots, size}),
                              at.update};
            if (at.batch == 0 || at.batch > n_batches) {
                throw nb::value_error("the batch of a partial epoch must be one of its batches");
            }
        }
        course_.epochs = advance.epochs.value_or(Course::unlimited);
        course_.updates = advance.updates.value_or(Course::unlimited);
        // An array's epochs are as many as can be begun.
        std::size_t epochs = course_.epochs;
        if (const auto* rate = std::get_if<double>(&advance.learning_rates)) {
            course_.learning_rates = rate;
            course_.one_rate = true;
        } else {
            const Array& rates = std::get<Array>(advance.learning_rates);
            epochs = rates.ndim() == 2 ? rates.shape(0) : epochs;
            course_.learning_rates = numbers<double>(rates, "learning_rates", {epochs, n_batches});
        }
        if (advance.orders) {
            const std::size_t n = session.window_.n;
            const Array& orders = *advance.orders;
            epochs = epochs == Course::unlimited && orders.ndim() == 2 ? orders.shape(0) : epochs;
            course_.orders = row_numbers(orders, "orders", {epochs, n}, n);
        }
        course_.epochs = std::min(course_.epochs, epochs);
        if (advance.rules.size() != session.rules_.size()) {
            throw nb::value_error("as many memories as rules are needed");
        }
        for (std::size_t i = 0; i < session.rules_.size(); ++i) {
            StopRule rule = session.rules_[i];
            rule.best = advance.rules[i].best;
            rule.best_epoch = advance.rules[i].best_epoch;
            rule.waited = advance.rules[i].waited;
            monitor_.rules.push_back(rule);
            best_.emplace_back(rule.keep ? std::make_optional<NewArray<T>>({size}) : std::nullopt);
            monitor_.best.push_back(rule.keep ? best_.back()->numbers : nullptr);
        }
    }

    void run(std::size_t threads, Interrupted interrupted) override {
        records = training(threads).advance(state_, course_, monitor_, std::move(interrupted));
    }

    void run_with(const std::vector<Run*>& others, const Interrupted& interrupted) override {
        std::vector<RunOf*> runs{this};
        for (Run* other : others) {
            runs.push_back(static_cast<RunOf*>(other));
        }
        std::vector<Training<T>*> trainings;
        for (RunOf* run : runs) {
            trainings.push_back(&run->training(0));
            trainings.back()->begin(run->state_, run->course_, run->monitor_, interrupted);
        }
        train_together(trainings, *session_.plan_->objective, batch_rows());
        for (std::size_t i = 0; i < runs.size(); ++i) {
            runs[i]->records = trainings[i]->finish();
        }
    }

    bool goes_with(const Run& run) const override {
        const auto* other = dynamic_cast<const RunOf*>(&run);
        if (other == nullptr) {
            return false;
        }
        const SessionOf &a = session_, &b = other->session_;
        return a.window_.n == b.window_.n && a.window_.first == b.window_.first &&
               a.window_.rows.n == b.window_.rows.n &&
               state_.partial.batch == other->state_.partial.batch &&
               (a.window_.rows.weight == nullptr) == (b.window_.rows.weight == nullptr) &&
               a.plan_->batch_rows == b.plan_->batch_rows &&
               a.plan_->objective->computes_like(*b.plan_->objective);
    }

    std::size_t side_by_side() const override {
        return BatchedBackprop<T>::takes(*session_.plan_->objective, batch_rows())
                   ? BatchedBackprop<T>::width()
                   : 1;
    }

    void release() override {
        PartialEpoch<T>& at = state_.partial;
        if (at.batch > 0 && !(start_parameters_ && at.parameters == start_parameters_->data())) {
            kept_.assign(at.parameters, at.parameters + state_.size);
            kept_.insert(kept_.end(), at.slots, at.slots + state_.n_slots * state_.size);
            at.parameters = kept_.data();
            at.slots = kept_.data() + state_.size;
        }
        session_.training_.reset();
    }

    void finish() override {
        given_.update = state_.update;
        given_.epoch = state_.epoch;
        const PartialEpoch<T>& at = state_.partial;
        if (at.batch == 0) {
            given_.partial.reset();
        } else {
            Partial now{at.batch,   at.loss,   at.weight, at.gradient_norm,
                        at.seconds, at.update, {},        {}};
            if (start_parameters_ && at.parameters == start_parameters_->data()) {
                now.parameters = given_.partial->parameters;
                now.slots = given_.partial->slots;
            } else {
                now.parameters = copied(at.parameters, {state_.size});
                now.slots = copied(at.slots, {state_.n_slots, state_.size});
            }
            given_.partial = std::move(now);
        }
        for (std::size_t i = 0; i < monitor_.rules.size(); ++i) {
            const StopRule& rule = monitor_.rules[i];
            RuleMemory& memory = given_.rules[i];
            const bool improved = rule.keep && rule.best_epoch > begun_;
            memory = {rule.best, rule.best_epoch, rule.waited,
                      improved ? best_[i]->array : nb::object(nb::none())};
        }
        given_.records = std::move(records);
        given_.validated = session_.validation_.has_value();
    }

  private:
    /// A session is busy for as long as a run of it lives.
    class Hold {
      public:
        explicit Hold(std::atomic<bool>& busy) : busy_(busy) {
            if (busy_.exchange(true)) {
                throw std::runtime_error("the session is advancing in another thread");
            }
        }
        ~Hold() { busy_ = false; }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

      private:
        std::atomic<bool>& busy_;
    };

    Training<T>& training(std::size_t threads) {
        if (!session_.training_ || session_.threads_ != threads) {
            session_.training_.reset();
            session_.training_ = std::make_unique<Training<T>>(*session_.plan_, session_.window_,
                                                               session_.validation_rows_, threads);
            session_.threads_ = threads;
        }
        return *session_.training_;
    }

    static nb::object copied(const T* from, std::initializer_list<std::size_t> shape) {
        NewArray<T> made(shape);
        std::size_t size = 1;
        for (const std::size_t n : shape) {
            size *= n;
        }
        std::copy_n(from, size, made.numbers);
        return made.array;
    }

    std::size_t batch_rows() const {
        return std::min(session_.plan_->batch_rows, session_.window_.rows.n);
    }

    SessionOf& session_;
    Advance& given_;
    Hold hold_;
    std::uint64_t begun_ = given_.epoch;
    Filled parameters_, slots_;
    std::vector<T> kept_;  // the state at the epoch's beginning, from a workspace that was released
    std::optional<Array> start_parameters_, start_slots_;
    chainrule::State<T> state_;
    Course course_;
    Monitor<T> monitor_;
    std::vector<std::optional<NewArray<T>>> best_;
};

template <class T>
std::unique_ptr<Run> SessionOf<T>::prepare(Advance& advance) {
    return std::make_unique<RunOf>(*this, advance);
}

inline std::unique_ptr<Session> make_session(std::shared_ptr<const PlanDescription> plan,
                                             Table table, std::optional<Table> validation,
                                             std::vector<StopRule> rules, std::size_t first,
                                             std::optional<std::size_t> n,
                                             std::optional<Array> selected) {
    return with_type_of(std::get<0>(table), "X", [&]<class T>(T) -> std::unique_ptr<Session> {
        return std::make_unique<SessionOf<T>>(std::move(plan), std::move(table), first, n,
                                              std::move(validation), std::move(rules),
                                              std::move(selected));
    });
}

}  // namespace chainrule::bindings
