// Small networks of one shape, trained side by side.
#pragma once

#include <cstddef>
#include <vector>

#include "../flush_to_zero.hpp"
#include "../train.hpp"
#include "backprop.hpp"

namespace chainrule {

/// With fewer networks, too many lanes are empty, and each is faster by itself.
template <class T>
std::size_t enough_lanes() {
    return BatchedBackprop<T>::width() * 5 / 8;
}

/// Trains at most BatchedBackprop::width() networks of one shape, with batches of the same number
/// of rows: update by update, each in its lane. A network leaves when its training ends, by a rule
/// or because a number is not finite; the last few continue alone.
template <class T>
void train_together(std::vector<Training<T>*> trainings, const ObjectiveDescription& objective,
                    std::size_t rows) {
    const FlushToZero flush;
    BatchedBackprop<T> backprop(objective, rows);
    std::vector<GradientTask<T>> tasks;
    const auto ended = [](Training<T>* training) { return !training->next(); };
    std::erase_if(trainings, ended);
    while (trainings.size() >= enough_lanes<T>()) {
        tasks.clear();
        for (Training<T>* training : trainings) {
            tasks.push_back(training->gradient_task());
        }
        backprop.value_and_gradient(tasks.data(), tasks.size());
        for (std::size_t l = 0; l < tasks.size(); ++l) {
            trainings[l]->take(tasks[l].value, tasks.size());
        }
        std::erase_if(trainings, ended);
    }
    for (Training<T>* training : trainings) {
        training->go_on();
    }
}

}  // namespace chainrule
