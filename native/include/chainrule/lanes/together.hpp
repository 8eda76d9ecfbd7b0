// Small networks of one shape, trained side by side.
#pragma once

#include <cstddef>
#include <vector>

#include "../flush_to_zero.hpp"
#include "../train.hpp"
#include "backprop.hpp"

namespace chainrule {

/// Fewer networks than these leave so many lanes empty that each is faster by itself.
template <class T>
std::size_t enough_lanes() {
    return LaneBackprop<T>::width() * 5 / 8;
}

/// Trains networks of one shape, at most LaneBackprop::width() of them, with batches of as many
/// rows: update by update, each in its lane. Who has ended, by a rule or since its numbers are not
/// finite any more, leaves; the last few go on alone.
template <class T>
void train_together(std::vector<Training<T>*> trainings, const ObjectiveDescription& objective,
                    std::size_t rows) {
    const FlushToZero flush;
    LaneBackprop<T> backprop(objective, rows, false);
    std::vector<Lane<T>> lanes;
    const auto ended = [](Training<T>* training) { return !training->next(); };
    std::erase_if(trainings, ended);
    while (trainings.size() >= enough_lanes<T>()) {
        lanes.clear();
        for (Training<T>* training : trainings) {
            lanes.push_back(training->lane());
        }
        backprop.value_and_gradient(lanes.data(), lanes.size());
        for (std::size_t l = 0; l < lanes.size(); ++l) {
            trainings[l]->take(lanes[l].value, lanes.size());
        }
        std::erase_if(trainings, ended);
    }
    for (Training<T>* training : trainings) {
        training->go_on();
    }
}

}  // namespace chainrule
