#include "chainrule/backprop.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "chainrule/flush_to_zero.hpp"
#include "chainrule/pieces.hpp"
#include "chainrule/sums.hpp"

namespace chainrule {

namespace {

/// Work that pays for waking another thread, in floating-point operations: some microseconds.
constexpr double worth_a_thread = 2e5;

/// Numbers that one thread adds up at a time, and so few that it does them alone.
constexpr std::size_t block = 4096;

std::size_t quotient_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

}  // namespace

template <class T>
Backprop<T>::Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
                      bool gradients, std::size_t threads)
    : objective_(objective) {
    Network<T>& network = objective_.network;
    whole_ = network.couples_rows(training);
    const std::size_t at_once = whole_ ? rows : std::min(rows, tile_rows);
    const std::size_t per_piece = rows_of_piece(rows);
    // Fewer rows may make more pieces: 9 tiles make 5 of two where 8 tiles make 8 of one.
    const std::size_t pieces =
        whole_ ? 1 : std::clamp<std::size_t>(quotient_up(rows, tile_rows), 1,
                                                 max_pieces(network.n_parameters()));
    const double work = 6.0 * double(rows) * double(network.n_parameters());
    std::size_t useful = std::min(threads, gradients ? pieces : quotient_up(rows, at_once));
    useful = std::min(useful, 1 + std::size_t(std::min(work / worth_a_thread, 1e6)));
    room_ = std::vector<Room>(std::max<std::size_t>(useful, 1));
    for (Room& room : room_) {
        if (&room != &room_.front()) {
            room.own = std::make_unique<Network<T>>(objective.layers);
        }
        room.network = room.own ? room.own.get() : &network;
        room.network->reserve(at_once, gradients);
        room.X.reserve(product(at_once, network.n_in()));
        room.y.reserve(product(at_once, network.n_out()));
        room.weight.reserve(at_once);
        room.losses.reserve(at_once);
        room.grad.reserve(gradients ? product(at_once, network.n_out()) : 0);
    }
    losses_.resize(gradients ? pieces : 0);
    if (gradients && pieces > 1) {
        // One thread alone adds a piece of one tile where it is made, and keeps one other at most.
        const std::size_t kept = useful > 1 ? pieces - 1 : std::size_t(per_piece > at_once);
        gradients_ = std::vector<Buffer<T>>(kept);
        for (Buffer<T>& gradient : gradients_) {
            gradient.reserve(network.n_parameters());
        }
    }
}

template <class T>
void Backprop<T>::want_gradients(const std::vector<bool>& mask) {
    for (const Room& room : room_) {
        room.network->want_gradients(&mask);
    }
}

template <class T>
std::size_t Backprop<T>::rows_of_piece(std::size_t rows) const {
    return whole_ ? std::max<std::size_t>(rows, 1)
                  : piece_rows(rows, objective_.network.n_parameters());
}

template <class T>
double Backprop<T>::weight(const Rows<T>& batch) {
    if (batch.weight == nullptr) {
        return static_cast<double>(batch.n);
    }
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
    for (std::size_t k = 0; k < n; ++k) {
        const auto row = static_cast<std::size_t>(batch.order[first + k]);
        std::copy_n(batch.X + row * n_in, n_in, room.X.data() + k * n_in);
        std::copy_n(batch.y + row * n_out, n_out, room.y.data() + k * n_out);
        if (batch.weight != nullptr) {
            room.weight[k] = batch.weight[row];
        }
    }
    return {room.X.data(), room.y.data(), batch.weight == nullptr ? nullptr : room.weight.data(),
            nullptr, n};
}

/// sum_i w_i loss_i, in an order that depends on the number of rows alone.
template <class T>
double Backprop<T>::total_loss(Room& room, const T* output, const Rows<T>& rows) const {
    objective_.loss->value(output, rows.y, room.losses.data(), rows.n);
    const T *losses = room.losses.data(), *weight = rows.weight;
    if (weight == nullptr) {
        return ordered_sum(rows.n, [=](std::size_t r) { return double(losses[r]); });
    }
    return ordered_sum(rows.n,
                       [=](std::size_t r) { return double(losses[r]) * double(weight[r]); });
}

/// The loss and the gradient of rows that go through at once.
template <class T>
double Backprop<T>::tile(Room& room, const T* p, const Rows<T>& batch, std::size_t first,
                         std::size_t n, T share, const Pass& pass, T* g, bool add) const {
    const std::size_t n_out = objective_.network.n_out();
    const Rows<T> rows = gather(room, batch, first, n);
    Pass here = pass;
    here.first_row = first;
    const T* a = room.network->forward(p, rows.X, n, here);
    const T* output = objective_.fused ? room.network->z() : a;
    const double loss = total_loss(room, output, rows);

    // L = sum_i w_i loss_i / divisor, so dL/da_i = w_i / divisor * dloss_i/da_i.
    T* grad = room.grad.data();
    objective_.loss->gradient(output, rows.y, grad, n);
    if (rows.weight == nullptr) {
        for (std::size_t i = 0; i < n * n_out; ++i) {
            grad[i] *= share;
        }
    }
    for (std::size_t r = 0; rows.weight != nullptr && r < n; ++r) {
        const T scale = share * rows.weight[r];
        for (std::size_t j = 0; j < n_out; ++j) {
            grad[r * n_out + j] *= scale;
        }
    }
    room.network->backward(p, grad, objective_.fused, g, add);
    return loss;
}

/// g + piece 1 + piece 2 + ..., for every number in this order.
template <class T>
void Backprop<T>::add_pieces(T* g, std::size_t pieces, Team& team) const {
    const std::size_t size = objective_.network.n_parameters();
    const auto add = [&](std::size_t, std::size_t b) {
        const std::size_t start = b * block, stop = std::min(start + block, size);
        for (std::size_t k = 0; k + 1 < pieces; ++k) {
            const T* piece = gradients_[k].data();
            for (std::size_t i = start; i < stop; ++i) {
                g[i] += piece[i];
            }
        }
    };
    const std::size_t blocks = quotient_up(size, block);
    if (blocks > 2) {
        team.each(blocks, add);
    } else {
        for (std::size_t b = 0; b < blocks; ++b) {
            add(0, b);
        }
    }
}

template <class T>
double Backprop<T>::value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g,
                                       Team& team) {
    const double sum = weight(batch);
    const double batch_weight = sum != 0.0 ? sum : 1.0;
    const double divisor = objective_.mean ? batch_weight : 1.0;
    const T share = T(1 / divisor);
    const std::size_t per_piece = rows_of_piece(batch.n);
    const std::size_t at_once = whole_ ? batch.n : tile_rows;

    double total = 0.0;
    if (batch.n <= at_once) {
        Room& room = room_.front();
        room.network->prepare(p, batch.n);
        total = tile(room, p, batch, 0, batch.n, share, pass, g, false);
    } else {
        const std::size_t pieces = quotient_up(batch.n, per_piece);
        const auto piece = [&](Room& room, std::size_t k, T* to, bool add) {
            const std::size_t stop = std::min((k + 1) * per_piece, batch.n);
            double loss = 0.0;
            for (std::size_t first = k * per_piece; first < stop; first += at_once) {
                const std::size_t n = std::min(at_once, stop - first);
                loss += tile(room, p, batch, first, n, share, pass, to, add);
                add = true;
            }
            losses_[k] = loss;
        };
        if (team.size() > 1 && room_.size() > 1) {
            std::atomic<std::size_t> next{0};
            team.run([&](std::size_t thread) {
                if (thread >= room_.size()) {
                    return;
                }
                Room& room = room_[thread];
                std::size_t k = next++;
                if (k < pieces) {
                    room.network->prepare(p, batch.n);
                }
                for (; k < pieces; k = next++) {
                    piece(room, k, k == 0 ? g : gradients_[k - 1].data(), false);
                }
            });
            add_pieces(g, pieces, team);
        } else {
            const std::size_t size = objective_.network.n_parameters();
            Room& room = room_.front();
            room.network->prepare(p, batch.n);
            for (std::size_t k = 0; k < pieces; ++k) {
                const bool alone = k == 0 || per_piece == at_once;
                piece(room, k, alone ? g : gradients_[0].data(), alone && k > 0);
                for (std::size_t i = 0; !alone && i < size; ++i) {
                    g[i] += gradients_[0][i];
                }
            }
        }
        for (std::size_t k = 0; k < pieces; ++k) {
            total += losses_[k];
        }
    }
    return total / divisor + objective_.penalty(p, g, batch_weight);
}

template <class T>
double Backprop<T>::value(const T* p, const Rows<T>& rows, Team& team, Poll* stop) {
    // As many tiles as there are threads at a time: their losses are added in order.
    const std::size_t at_once = whole_ ? rows.n : tile_rows;
    const std::size_t tiles = quotient_up(rows.n, std::max<std::size_t>(at_once, 1));
    std::vector<double> losses(tiles);
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
            const T* a = room.network->forward(p, part.X, part.n, Pass{});
            losses[k] = total_loss(room, objective_.fused ? room.network->z() : a, part);
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
