#include "chainrule/backprop.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "chainrule/flush_to_zero.hpp"
#include "chainrule/pieces.hpp"
#include "chainrule/sums.hpp"

namespace chainrule {

namespace {

std::size_t quotient_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

}  // namespace

template <class T>
Backprop<T>::Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
                      bool gradients, std::size_t threads)
    : objective_(objective) {
    Network<T>& network = objective_.network;
    const std::size_t size = network.n_parameters();
    whole_ = network.couples_rows(training);
    const std::size_t numbers = size / std::max<std::size_t>(rows, 1);
    by_weights_ = gradients && !whole_ && size >= many_parameters && network.gradient_can_wait() &&
                  numbers > network.n_units() && 4 * numbers >= network.n_in();
    // Changed parameters come from another core's cache, if they fit there at all.
    const double exchange = gradients ? 1.2 * std::min(double(size), 1e5) : 0.0;
    std::size_t useful = threads_that_gain(nanoseconds(rows, size, gradients), exchange, threads);
    if (by_weights_) {
        // As few tiles as there are threads, for which W comes from the second cache once each.
        const std::size_t each = quotient_up(quotient_up(rows, useful), 16) * 16;
        at_once_ = std::clamp<std::size_t>(each, 16, chain_rows);
        useful_ = useful;
        room_ = std::vector<Room>(std::max<std::size_t>(quotient_up(rows, at_once_), 1));
        gradients_ = std::vector<Buffer<T>>(useful);
    } else {
        at_once_ = whole_ ? rows : std::min(rows, tile_rows);
        // Fewer rows may make more pieces: 9 tiles make 5 of two where 8 tiles make 8 of one.
        const std::size_t tiles = quotient_up(rows, tile_rows);
        const std::size_t pieces =
            whole_ ? 1 : std::clamp<std::size_t>(tiles, 1, max_pieces(size));
        useful = std::min(useful, gradients ? pieces : quotient_up(rows, at_once_));
        useful_ = std::max<std::size_t>(useful, 1);
        room_ = std::vector<Room>(useful_);
        losses_.resize(gradients ? pieces : 0);
        if (gradients && pieces > 1) {
            // One thread alone adds a piece of one tile where it is made, and keeps one other at
            // most.
            const bool several = rows_of_piece(rows) > at_once_;
            gradients_ = std::vector<Buffer<T>>(useful > 1 ? pieces - 1 : std::size_t(several));
            for (Buffer<T>& gradient : gradients_) {
                gradient.reserve(size);
            }
        }
    }
    reserve(room_.front(), by_weights_ ? rows : at_once_, gradients);
    room_.front().network = &network;
    for (std::size_t k = 1; k < room_.size(); ++k) {
        Room& room = room_[k];
        room.own = std::make_unique<Network<T>>(objective.layers);
        room.network = room.own.get();
        if (by_weights_) {
            window(room, k * at_once_);
        } else {
            room.network->borrow(network);
            reserve(room, at_once_, gradients);
        }
    }
    make_parts();
}

template <class T>
void Backprop<T>::reserve(Room& room, std::size_t rows, bool gradients) {
    (room.own ? *room.own : objective_.network).reserve(rows, gradients);
    room.losses.reserve(rows);
    room.grad.reserve(gradients ? product(rows, objective_.network.n_out()) : 0);
    room.rows = rows;
}

/// The rows from `first` on of the first room.
template <class T>
void Backprop<T>::window(Room& room, std::size_t first) {
    const Room& of = room_.front();
    room.network->window(objective_.network, first);
    room.losses.borrow(of.losses, first);
    room.grad.borrow(of.grad, first * objective_.network.n_out());
}

/// Room for rows that are gathered by an order.
template <class T>
void Backprop<T>::reserve_rows() {
    const std::size_t n_in = objective_.network.n_in(), n_out = objective_.network.n_out();
    if (room_.front().weight.size() > 0) {
        return;
    }
    for (std::size_t k = 0; k < room_.size(); ++k) {
        Room &room = room_[k], &of = room_.front();
        if (by_weights_ && k > 0) {
            room.X.borrow(of.X, k * at_once_ * n_in);
            room.y.borrow(of.y, k * at_once_ * n_out);
            room.weight.borrow(of.weight, k * at_once_);
        } else {
            room.X.reserve(product(room.rows, n_in));
            room.y.reserve(product(room.rows, n_out));
            room.weight.reserve(room.rows);
        }
    }
}

template <class T>
void Backprop<T>::want_gradients(const std::vector<bool>& mask) {
    for (const Room& room : room_) {
        room.network->want_gradients(&mask);
    }
    make_parts();
}

/// Shares are put together, so that taking a part is little beside its work: a sum over a batch, with
/// the step from it still in the first cache, or only a step.
template <class T>
void Backprop<T>::make_parts() {
    const std::size_t at_least = by_weights_ ? 6144 : 1024;
    slices_ = objective_.network.slices(at_least);
    parts_.clear();
    first_slice_.clear();
    std::size_t largest = 0;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
        const Slice& slice = slices_[i];
        Part* last = parts_.empty() ? nullptr : &parts_.back();
        if (last != nullptr && last->stop == slice.start && last->stop - last->start < at_least) {
            last->stop = slice.stop;
        } else {
            parts_.push_back({parts_.size(), slice.start, slice.stop});
            first_slice_.push_back(i);
        }
        largest = std::max(largest, parts_.back().stop - parts_.back().start);
    }
    first_slice_.push_back(slices_.size());
    for (Buffer<T>& gradient : gradients_) {
        gradient.reserve(by_weights_ ? largest : 0);
    }
}

template <class T>
std::size_t Backprop<T>::rows_of_piece(std::size_t rows) const {
    return whole_ ? std::max<std::size_t>(rows, 1)
                  : piece_rows(rows, objective_.network.n_parameters());
}

/// Forward: the sum of the losses, each of which is in the room.
template <class T>
double Backprop<T>::forward(Room& room, const T* p, const Rows<T>& rows, Pass pass) const {
    pass.from_z = objective_.fused;
    const T* a = room.network->forward(p, rows.X, rows.n, pass);
    room.output = objective_.fused ? room.network->z() : a;
    objective_.loss->value(room.output, rows.y, room.losses.data(), rows.n);
    return total_loss(room.losses.data(), rows.weight, rows.n);
}

template <class T>
double Backprop<T>::total_weight(const Rows<T>& batch) {
    double total = 0.0;
    for (std::size_t k = 0; k < batch.n; ++k) {
        total += batch.weight[batch.order == nullptr ? k : batch.order[k]];
    }
    return total;
}

template <class T>
Rows<T> Backprop<T>::gather(Room& room, const Rows<T>& batch, std::size_t first,
                            std::size_t n) const {
    const std::size_t n_in = objective_.network.n_in(), n_out = objective_.network.n_out();
    if (batch.order == nullptr) {
        return {batch.X + first * n_in, batch.y + first * n_out,
                batch.weight == nullptr ? nullptr : batch.weight + first, nullptr, n};
    }
    const std::int64_t* order = batch.order + first;
    const auto gather = elementwise<T>().gather;
    gather(batch.X, order, room.X.data(), n, n_in);
    gather(batch.y, order, room.y.data(), n, n_out);
    if (batch.weight != nullptr) {
        gather(batch.weight, order, room.weight.data(), n, 1);
    }
    return {room.X.data(), room.y.data(), batch.weight == nullptr ? nullptr : room.weight.data(),
            nullptr, n};
}

/// sum_i w_i loss_i, tile by tile, in an order that depends on the number of rows alone.
template <class T>
double Backprop<T>::total_loss(const T* losses, const T* weight, std::size_t rows) {
    double total = 0.0;
    for (std::size_t r = 0; r < rows; r += tile_rows, losses += tile_rows) {
        const std::size_t n = std::min(tile_rows, rows - r);
        if (weight == nullptr) {
            total += ordered_sum(n, [=](std::size_t i) { return double(losses[i]); });
        } else {
            total += ordered_sum(
                n, [=](std::size_t i) { return double(losses[i]) * double(weight[r + i]); });
        }
    }
    return total;
}

template <class T>
double Backprop<T>::value(const T* p, const Rows<T>& rows, Team& team, Poll* stop) {
    // As many tiles as there are threads at a time: their losses are added in order.
    const std::size_t at_once = whole_ ? rows.n : tile_rows;
    const std::size_t tiles = quotient_up(rows.n, std::max<std::size_t>(at_once, 1));
    std::vector<double> losses(tiles);
    objective_.network.prepare(p);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stopped{false};
    const auto work = [&](std::size_t thread) {
        if (thread >= room_.size()) {
            return;
        }
        const FlushToZero flush;
        Room& room = room_[thread];
        for (std::size_t k = next++; k < tiles && !stopped; k = next++) {
            const std::size_t first = k * at_once;
            const Rows<T> part = gather(room, rows, first, std::min(at_once, rows.n - first));
            losses[k] = forward(room, p, part, Pass{});
            if (thread == 0 && stop != nullptr &&
                (*stop)(2.0 * double(part.n) * double(objective_.network.n_parameters()))) {
                stopped = true;
            }
        }
    };
    if (team.size() > 1 && room_.size() > 1) {
        team.run(work);
    } else {
        work(0);
    }
    double total = 0.0;
    for (const double loss : losses) {
        total += loss;
    }
    const double sum = weight(rows);
    return objective_.mean && sum != 0.0 ? total / sum : total;
}

template class Backprop<float>;
template class Backprop<double>;

}  // namespace chainrule
