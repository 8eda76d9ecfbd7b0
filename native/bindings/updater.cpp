// Updates of parameters whose gradient comes from elsewhere.
#include "chainrule/updater.hpp"

#include <nanobind/stl/shared_ptr.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "chainrule/flush_to_zero.hpp"
#include "chainrule/threads.hpp"
#include "gil.hpp"

namespace chainrule::bindings {

namespace {

/// Penalties, clipping, decay and the optimizer's step, part by part.
template <class T>
class Stepper {
  public:
    explicit Stepper(const PlanDescription& plan)
        : objective_(*plan.objective),
          parts_(parts_of(objective_.network.n_parameters())),
          updater_(objective_.segments, *plan.optimizer, plan.clip_norm, parts_) {}

    nb::object step(const Filled& parameters, const Filled& slots, const Filled& gradient,
                    std::uint64_t update, double learning_rate, double weight,
                    std::size_t threads) {
        const std::size_t size = objective_.network.n_parameters();
        const std::size_t n_slots = updater_.n_slots();
        const Updated<T> of{filled<T>(parameters, "parameters", {size}),
                            filled<T>(slots, "optimizer_state", {n_slots, size}), size};
        T* g = filled<T>(gradient, "gradient", {size});
        double penalty = 0.0, norm = 0.0;
        {
            const Released released;
            const FlushToZero flush;
            penalty = objective_.penalty(of.parameters, weight);
            // Bound by memory: about a nanosecond for each number that is read or written.
            Team team(threads_that_gain(double(size * (3 + 2 * n_slots)) / 4, 0.0, threads));
            const auto each = [&](auto&& f) {
                team.share(parts_.size(), team.size(),
                           [&](std::size_t, std::size_t k) { f(parts_[k], g + parts_[k].start); });
            };
            const auto complete = [&](const Part& part, T* gradient_of) {
                objective_.add_penalty_gradient(of.parameters, gradient_of, part.start, part.stop,
                                                weight);
                updater_.see(part, gradient_of);
            };
            if (updater_.clips()) {
                each(complete);
                const T scale = updater_.scale(updater_.norm());
                each([&](const Part& part, T* gradient_of) {
                    updater_.step(part, gradient_of, scale, of, update, learning_rate);
                });
            } else {
                each([&](const Part& part, T* gradient_of) {
                    complete(part, gradient_of);
                    updater_.step(part, gradient_of, 1, of, update, learning_rate);
                });
            }
            norm = updater_.norm();
        }
        return nb::make_tuple(penalty, norm);
    }

  private:
    /// Parts whose parameters, gradient and slots stay in the L2 cache.
    static std::vector<Part> parts_of(std::size_t size) {
        constexpr std::size_t numbers = 16384;
        std::vector<Part> parts;
        for (std::size_t start = 0; start < size; start += numbers) {
            parts.push_back({parts.size(), start, std::min(start + numbers, size)});
        }
        return parts;
    }

    Objective<T> objective_;
    std::vector<Part> parts_;
    Updater<T> updater_;
};

/// A stepper of either type, made when it is first needed.
class AnyStepper {
  public:
    explicit AnyStepper(std::shared_ptr<PlanDescription> plan) : plan_(std::move(plan)) {}

    nb::object step(const Filled& parameters, const Filled& slots, const Filled& gradient,
                    std::uint64_t update, double learning_rate, double weight,
                    std::size_t threads) {
        return with_type_of(parameters, "parameters", [&]<class T>(T) -> nb::object {
            auto& stepper = std::get<std::unique_ptr<Stepper<T>>>(steppers_);
            if (!stepper) {
                stepper = std::make_unique<Stepper<T>>(*plan_);
            }
            return stepper->step(parameters, slots, gradient, update, learning_rate, weight,
                                 threads);
        });
    }

  private:
    std::shared_ptr<PlanDescription> plan_;
    std::tuple<std::unique_ptr<Stepper<float>>, std::unique_ptr<Stepper<double>>> steppers_;
};

}  // namespace

void bind_updater(nb::module_& m) {
    using namespace nb::literals;
    nb::class_<AnyStepper>(m, "Updater", "Updates of parameters by a gradient that is given.")
        .def(nb::init<std::shared_ptr<PlanDescription>>(), "plan"_a)
        .def("step", &AnyStepper::step, "parameters"_a, "optimizer_state"_a, "gradient"_a,
             "update"_a, "learning_rate"_a, "weight"_a, "threads"_a = 1,
             "Write to all three arrays; update counts from 1, weight is the batch's. Returns the "
             "penalties and the gradient's norm before clipping.");
}

}  // namespace chainrule::bindings
