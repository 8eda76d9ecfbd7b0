// A batch's gradient: by rows, or by weights.
#include <algorithm>

#include "chainrule/backprop.hpp"
#include "chainrule/products.hpp"

namespace chainrule {

/// Forward and back: the loss and the gradient of rows that go through at once.
template <class T>
double Backprop<T>::tile(Room& room, const T* p, const Rows<T>& batch, std::size_t first,
                         std::size_t n, T scale, Pass pass, T* g, bool add) const {
    const std::size_t n_out = objective_.network.n_out();
    const Rows<T> rows = gather(room, batch, first, n);
    pass.first_row = first;
    const double loss = forward(room, p, rows, pass);

    // L = sum_i w_i loss_i / divisor, so dL/da_i = w_i / divisor * dloss_i/da_i.
    T* grad = room.grad.data();
    objective_.loss->gradient(room.output, rows.y, grad, n);
    if (rows.weight == nullptr) {
        for (std::size_t i = 0; i < n * n_out; ++i) {
            grad[i] *= scale;
        }
    }
    for (std::size_t r = 0; rows.weight != nullptr && r < n; ++r) {
        const T weighted = scale * rows.weight[r];
        for (std::size_t j = 0; j < n_out; ++j) {
            grad[r * n_out + j] *= weighted;
        }
    }
    room.network->backward(p, grad, objective_.fused, g, add);
    return loss;
}

template <class T>
double Backprop<T>::value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g,
                                       Team& team, const Follow<T>* follow) {
    const double sum = weight(batch);
    const double batch_weight = sum != 0.0 ? sum : 1.0;
    const double divisor = objective_.mean ? batch_weight : 1.0;
    const double penalty = objective_.penalty(p, batch_weight);
    if (batch.order != nullptr) {
        reserve_rows();
    }
    if (!prepared_) {
        objective_.network.prepare(p);
    }
    const auto rest = [&](const Part& part, T* gradient) {
        objective_.add_penalty_gradient(p, gradient, part.start, part.stop, batch_weight);
        if (follow != nullptr) {
            (*follow)(part, gradient);
            prepare(p, part);
        }
    };
    const T scale = T(1 / divisor);
    const double total =
        by_weights_ ? by_weights(p, batch, scale, pass, follow == nullptr ? g : nullptr, team, rest)
                    : by_rows(p, batch, scale, pass, g, team, rest);
    prepared_ = follow != nullptr;
    return total / divisor + penalty;
}

/// Piece after piece, then for every part of the gradient: piece 0 + piece 1 + piece 2 + ...
template <class T>
template <class Rest>
double Backprop<T>::by_rows(const T* p, const Rows<T>& batch, T scale, const Pass& pass, T* g,
                            Team& team, const Rest& rest) {
    const std::size_t per_piece = rows_of_piece(batch.n), at_once = whole_ ? batch.n : tile_rows;
    const std::size_t pieces = (batch.n + per_piece - 1) / per_piece;
    const std::size_t size = objective_.network.n_parameters();
    const auto piece = [&](Room& room, std::size_t k, T* to, bool add) {
        const std::size_t stop = std::min((k + 1) * per_piece, batch.n);
        losses_[k] = 0.0;
        for (std::size_t first = k * per_piece; first < stop; first += at_once, add = true) {
            const std::size_t n = std::min(at_once, stop - first);
            losses_[k] += tile(room, p, batch, first, n, scale, pass, to, add);
        }
    };
    const bool alone = team.size() < 2 || useful_ < 2 || pieces < 2;
    if (alone) {
        for (std::size_t k = 0; k < pieces; ++k) {
            const bool there = k == 0 || per_piece == at_once;
            piece(room_.front(), k, there ? g : gradients_[0].data(), there && k > 0);
            for (std::size_t i = 0; !there && i < size; ++i) {
                g[i] += gradients_[0][i];
            }
        }
    } else {
        team.share(pieces, useful_, [&](std::size_t thread, std::size_t k) {
            piece(room_[thread], k, k == 0 ? g : gradients_[k - 1].data(), false);
        });
    }
    team.share(parts_.size(), team.size(), [&](std::size_t, std::size_t u) {
        const Part& part = parts_[u];
        for (std::size_t k = 0; !alone && k + 1 < pieces; ++k) {
            const T* piece = gradients_[k].data();
            for (std::size_t i = part.start; i < part.stop; ++i) {
                g[i] += piece[i];
            }
        }
        rest(part, g + part.start);
    });
    double total = 0.0;
    for (std::size_t k = 0; k < pieces; ++k) {
        total += losses_[k];
    }
    return total;
}

/// All tiles forward and back, then part after part of the gradient.
template <class T>
template <class Rest>
double Backprop<T>::by_weights(const T* p, const Rows<T>& batch, T scale, const Pass& pass, T* g,
                               Team& team, const Rest& rest) {
    const std::size_t tiles = (batch.n + at_once_ - 1) / at_once_;
    team.share(tiles, useful_, [&](std::size_t, std::size_t k) {
        const std::size_t first = k * at_once_, n = std::min(at_once_, batch.n - first);
        tile(room_[k], p, batch, first, n, scale, pass, nullptr, false);
    });
    team.share(parts_.size(), useful_, [&](std::size_t thread, std::size_t u) {
        const Part& part = parts_[u];
        T* gradient = g != nullptr ? g + part.start : gradients_[thread].data();
        for (std::size_t i = first_slice_[u]; i < first_slice_[u + 1]; ++i) {
            const Slice& slice = slices_[i];
            objective_.network.gradient(slice, batch.n, gradient + (slice.start - part.start));
        }
        rest(part, gradient);
    });
    const Room& all = room_.front();
    const T* weight = batch.weight == nullptr || batch.order != nullptr ? all.weight.data()
                                                                        : batch.weight;
    return total_loss(all.losses.data(), batch.weight == nullptr ? nullptr : weight, batch.n);
}

template <class T>
void Backprop<T>::prepare(const T* p, const Part& part) {
    for (std::size_t i = first_slice_[part.k]; i < first_slice_[part.k + 1]; ++i) {
        objective_.network.prepare(p, slices_[i]);
    }
}

template <class T>
void Backprop<T>::each_part(T* g, Team& team, const Follow<T>& follow, const T* changed) {
    team.share(parts_.size(), team.size(), [&](std::size_t, std::size_t k) {
        follow(parts_[k], g + parts_[k].start);
        if (changed != nullptr) {
            prepare(changed, parts_[k]);
        }
    });
    prepared_ = prepared_ || changed != nullptr;
}

template double Backprop<float>::value_and_gradient(const float*, const Rows<float>&, const Pass&,
                                                    float*, Team&, const Follow<float>*);
template double Backprop<double>::value_and_gradient(const double*, const Rows<double>&,
                                                     const Pass&, double*, Team&,
                                                     const Follow<double>*);
template void Backprop<float>::each_part(float*, Team&, const Follow<float>&, const float*);
template void Backprop<double>::each_part(double*, Team&, const Follow<double>&, const double*);

}  // namespace chainrule
