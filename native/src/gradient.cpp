// A batch's gradient, row-parallel or parameter-parallel.
#include <algorithm>
#include <optional>

#include "chainrule/backprop.hpp"
#include "chainrule/kernels.hpp"

namespace chainrule {

/// Forward and backward: the loss and the gradient of rows that go through at once.
template <class T>
double Backprop<T>::tile(Workspace& workspace, const T* p, const Rows<T>& batch, const Tile& tile,
                         T share, Pass pass, T* g, bool add) const {
    check_interrupt(6.0 * double(tile.n) * double(objective_.network.n_parameters()));
    const Rows<T> rows = gather(workspace, batch, tile.first, tile.n, objective_.network.n_in());
    pass.first_row = tile.first;
    const T* output = forward(workspace, p, rows, pass);
    const double total = loss_gradient(workspace, output, rows, share);
    workspace.network->backward(p, {workspace.grad.data(), objective_.from_logits}, g, add);
    return total;
}

template <class T>
double Backprop<T>::value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g,
                                       Team& team, const OnGradient<T>* on_gradient) {
    if (undivided(batch.n) && batch.n > workspaces_.front().rows) {
        reserve(workspaces_.front(), batch.n, true);  // the last batch of an epoch
    }
    const BatchScale scale(batch, objective_.mean);
    const double penalty = objective_.penalty(p, scale.weight);
    if (batch.order != nullptr) {
        reserve_gathered();
    }
    const bool prepares = on_gradient != nullptr && prepares_parts();
    const auto finish = [&](const Part& part, T* gradient) {
        objective_.add_penalty_gradient(p, gradient, part.start, part.stop, scale.weight);
        if (on_gradient != nullptr) {
            (*on_gradient)(part, gradient);
        }
        if (prepares) {
            prepare(p, part);
        }
    };
    const T share = scale.share<T>();
    const double total =
        parameter_parallel_ ? parameter_parallel(p, batch, share, pass,
                                                 on_gradient == nullptr ? g : nullptr, team, finish)
                            : row_parallel(p, batch, share, pass, g, team, finish);
    parameters_changed();
    workspaces_.front().prepared = prepares;
    return total / scale.divisor + penalty;
}

/// All tiles, then for every part of the gradient: piece 0 + piece 1 + piece 2 + ...
template <class T>
template <class Finish>
double Backprop<T>::row_parallel(const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g,
                                 Team& team, const Finish& finish) {
    const Part all{0, 0, objective_.network.n_parameters()};
    const double total =
        coupled_ && !undivided(batch.n)
            ? coupled(p, batch, share, pass, g, team)
            : each_tile(p, batch.n, all, g, team,
                        [&](Workspace& workspace, const Tile& tile, T* to, bool add) {
                            return this->tile(workspace, p, batch, tile, share, pass, to, add);
                        });
    const std::size_t pieces = n_pieces(batch.n);
    const bool together = !alone(pieces, team);
    const Polled no_more(nullptr);  // from here on parameters change
    team.share(parts_.size(), team.size(), [&](std::size_t, std::size_t u) {
        const Part& part = parts_[u];
        for (std::size_t k = 0; together && k + 1 < pieces; ++k) {
            const T* piece = gradients_[k].data();
            for (std::size_t i = part.start; i < part.stop; ++i) {
                g[i] += piece[i];
            }
        }
        finish(part, g + part.start);
    });
    return total;
}

/// All tiles forward and back, then part after part of the gradient.
template <class T>
template <class Finish>
double Backprop<T>::parameter_parallel(const T* p, const Rows<T>& batch, T share, const Pass& pass,
                                       T* g, Team& team, const Finish& finish) {
    const std::size_t tiles = (batch.n + at_once_ - 1) / at_once_;
    prepare(workspaces_.front(), p);
    team.share(tiles, useful_, [&](std::size_t, std::size_t k) {
        const std::size_t first = k * at_once_, n = std::min(at_once_, batch.n - first);
        tile(workspaces_[k], p, batch, {k, first, n}, share, pass, nullptr, false);
    });
    std::optional<Polled> no_more;
    if (g == nullptr) {  // from here on parameters change
        no_more.emplace(nullptr);
    }
    team.share(parts_.size(), useful_, [&](std::size_t thread, std::size_t u) {
        const Part& part = parts_[u];
        T* gradient = g != nullptr ? g + part.start : gradients_[thread].data();
        for (std::size_t i = first_slice_[u]; i < first_slice_[u + 1]; ++i) {
            const Slice& slice = slices_[i];
            check_interrupt(2.0 * double(batch.n) * double(slice.stop - slice.start));
            objective_.network.gradient(slice, batch.n, gradient + (slice.start - part.start));
        }
        finish(part, gradient);
    });
    const Workspace& all = workspaces_.front();
    const T* weight =
        batch.weight == nullptr || batch.order != nullptr ? all.weight.data() : batch.weight;
    return total_loss(all.losses.data(), batch.weight == nullptr ? nullptr : weight, batch.n);
}

template <class T>
void Backprop<T>::prepare(const T* p, const Part& part) {
    for (std::size_t i = first_slice_[part.k]; i < first_slice_[part.k + 1]; ++i) {
        objective_.network.prepare(p, slices_[i]);
    }
}

template <class T>
void Backprop<T>::each_part(T* g, Team& team, const OnGradient<T>& on_gradient, const T* changed) {
    const bool prepares = changed != nullptr && prepares_parts();
    team.share(parts_.size(), team.size(), [&](std::size_t, std::size_t k) {
        on_gradient(parts_[k], g + parts_[k].start);
        if (prepares) {
            prepare(changed, parts_[k]);
        }
    });
    if (changed != nullptr) {
        parameters_changed();
        workspaces_.front().prepared = prepares;
    }
}

template double Backprop<float>::value_and_gradient(const float*, const Rows<float>&, const Pass&,
                                                    float*, Team&, const OnGradient<float>*);
template double Backprop<double>::value_and_gradient(const double*, const Rows<double>&,
                                                     const Pass&, double*, Team&,
                                                     const OnGradient<double>*);
template void Backprop<float>::each_part(float*, Team&, const OnGradient<float>&, const float*);
template void Backprop<double>::each_part(double*, Team&, const OnGradient<double>&, const double*);

}  // namespace chainrule
