#include "chainrule/backprop.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "chainrule/batch_partition.hpp"
#include "chainrule/flush_to_zero.hpp"
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
    coupled_ = network.couples_rows(training);
    couplings_ = coupled_ ? network.couplings() : std::vector<std::size_t>();
    kept_ = std::vector<Buffer<T>>(couplings_.size());
    const bool whole = undivided(rows);
    const std::size_t numbers = size / std::max<std::size_t>(rows, 1);
    parameter_parallel_ = gradients && !coupled_ && size >= many_parameters &&
                          network.is_parameter_parallel() && numbers > network.n_units() &&
                          4 * numbers >= network.n_in();
    // Changed parameters come from another core's cache, if they fit there.
    const double exchange = gradients ? 1.2 * std::min(double(size), 1e5) : 0.0;
    std::size_t useful = threads_that_gain(nanoseconds(rows, size, gradients), exchange, threads);
    if (parameter_parallel_) {
        // As few tiles as there are threads: for each, W is read from L2 once.
        const std::size_t each = quotient_up(quotient_up(rows, useful), 16) * 16;
        at_once_ = std::clamp<std::size_t>(each, 16, chain_rows);
        useful_ = useful;
        workspaces_ = std::vector<Workspace>(std::max<std::size_t>(quotient_up(rows, at_once_), 1));
        gradients_ = std::vector<Buffer<T>>(useful);
    } else {
        at_once_ = whole ? rows : std::min(rows, tile_rows);
        // Fewer rows may make more pieces: 9 tiles make 5 of two where 8 tiles make 8 of one.
        const std::size_t tiles = quotient_up(rows, tile_rows);
        const std::size_t pieces = whole ? 1 : std::clamp<std::size_t>(tiles, 1, max_pieces(size));
        useful = std::min(useful, gradients ? pieces : quotient_up(rows, at_once_));
        useful_ = std::max<std::size_t>(useful, 1);
        workspaces_ = std::vector<Workspace>(useful_);
        losses_.resize(gradients ? pieces : 0);
        if (gradients && pieces > 1) {
            // A single thread adds a piece of one tile to g directly, and keeps at most one other
            // piece.
            const bool several = rows_of_piece(rows) > at_once_;
            gradients_ = std::vector<Buffer<T>>(useful > 1 ? pieces - 1 : std::size_t(several));
            for (Buffer<T>& gradient : gradients_) {
                gradient.reserve(size);
            }
        }
    }
    reserve(workspaces_.front(), parameter_parallel_ ? rows : at_once_, gradients);
    workspaces_.front().network = &network;
    const bool copies = rows > tile_rows;
    if (copies) {
        network.reserve_copies();
    }
    for (std::size_t k = 1; k < workspaces_.size(); ++k) {
        Workspace& workspace = workspaces_[k];
        workspace.own = std::make_unique<Network<T>>(objective.layers);
        workspace.network = workspace.own.get();
        if (parameter_parallel_) {
            window(workspace, k * at_once_);
        } else {
            workspace.network->couple(network, couplings_);
            reserve(workspace, at_once_, gradients);
            if (copies) {
                workspace.network->reserve_copies();
            }
        }
    }
    make_parts();
}

template <class T>
void Backprop<T>::reserve(Workspace& workspace, std::size_t rows, bool gradients) {
    (workspace.own ? *workspace.own : objective_.network).reserve(rows, gradients);
    workspace.losses.reserve(rows);
    workspace.grad.reserve(gradients ? product(rows, objective_.network.n_out()) : 0);
    workspace.rows = rows;
}

/// Work in the first workspace, in the rows from `first` on.
template <class T>
void Backprop<T>::window(Workspace& workspace, std::size_t first) {
    const Workspace& of = workspaces_.front();
    workspace.network->window(objective_.network, first);
    workspace.losses.borrow(of.losses, first);
    workspace.grad.borrow(of.grad, first * objective_.network.n_out());
}

/// Workspace for rows that are gathered by an order.
template <class T>
void Backprop<T>::reserve_gathered() {
    const std::size_t n_in = objective_.network.n_in(), n_out = objective_.network.n_out();
    if (workspaces_.front().weight.size() >= workspaces_.front().rows) {
        return;
    }
    for (std::size_t k = 0; k < workspaces_.size(); ++k) {
        Workspace &workspace = workspaces_[k], &of = workspaces_.front();
        if (parameter_parallel_ && k > 0) {
            workspace.X.borrow(of.X, k * at_once_ * n_in);
            workspace.y.borrow(of.y, k * at_once_ * n_out);
            workspace.weight.borrow(of.weight, k * at_once_);
        } else {
            workspace.X.reserve(product(workspace.rows, n_in));
            workspace.y.reserve(product(workspace.rows, n_out));
            workspace.weight.reserve(workspace.rows);
        }
    }
}

template <class T>
void Backprop<T>::want_gradients(const std::vector<bool>& mask) {
    for (const Workspace& workspace : workspaces_) {
        workspace.network->want_gradients(&mask);
    }
    make_parts();
}

/// Slices are joined, so that taking a part costs little beside its work: a sum over a batch, with
/// the optimizer's step while it is in L1, or only a step. They end where vectors do: rows of W are
/// columns of W^T, and for a sum 48 are a multiple of all heights of register tiles, too.
template <class T>
void Backprop<T>::make_parts() {
    const std::size_t at_least = parameter_parallel_ ? 6144 : 1024;
    slices_ = objective_.network.slices(at_least, parameter_parallel_ ? 48 : 16);
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
        gradient.reserve(parameter_parallel_ ? largest : 0);
    }
}

/// Whether a batch goes through in one go.
template <class T>
bool Backprop<T>::undivided(std::size_t rows) const {
    return coupled_ && (couplings_.empty() || rows <= most_coupled_rows);
}

template <class T>
std::size_t Backprop<T>::rows_of_piece(std::size_t rows) const {
    return undivided(rows) ? std::max<std::size_t>(rows, 1)
                           : piece_rows(rows, objective_.network.n_parameters());
}

template <class T>
std::size_t Backprop<T>::n_pieces(std::size_t rows) const {
    return quotient_up(rows, rows_of_piece(rows));
}

/// Whether one thread takes all pieces.
template <class T>
bool Backprop<T>::alone(std::size_t pieces, const Team& team) const {
    return team.size() < 2 || useful_ < 2 || pieces < 2;
}

/// Whether what is prepared of a part follows its step, in the cache where the part is. Several
/// threads that have tiles prepare it each for itself: to transpose W costs them less than to bring
/// W^T from another core.
template <class T>
bool Backprop<T>::prepares_parts() const {
    return parameter_parallel_ || workspaces_.size() == 1;
}

template <class T>
void Backprop<T>::prepare(Workspace& workspace, const T* p) {
    if (!workspace.prepared) {
        workspace.network->prepare(p);
        workspace.prepared = true;
    }
}

template <class T>
void Backprop<T>::parameters_changed() {
    for (Workspace& workspace : workspaces_) {
        workspace.prepared = false;
    }
}

/// What the loss takes.
template <class T>
const T* Backprop<T>::forward(Workspace& workspace, const T* p, const Rows<T>& rows,
                              Pass pass) const {
    pass.to_logits = objective_.from_logits;
    return workspace.network->forward(p, rows.X, rows.n, pass);
}

template <class T>
Rows<T> Backprop<T>::gather(Workspace& workspace, const Rows<T>& batch, std::size_t first,
                            std::size_t n, std::size_t columns) const {
    return gather_rows(batch, first, n, columns, objective_.network.n_out(),
                       {workspace.X.data(), workspace.y.data(), workspace.weight.data()});
}

/// The loss of some rows; its derivative by their outputs stays in the workspace.
template <class T>
double Backprop<T>::loss_gradient(Workspace& workspace, const T* output, const Rows<T>& rows,
                                  T share) const {
    const std::size_t n_out = objective_.network.n_out();
    T* grad = workspace.grad.data();
    double total = 0.0;
    for (std::size_t r = 0; r < rows.n; r += tile_rows) {
        const BatchLoss<T> loss{objective_.loss->call(), rows.y + r * n_out,
                                rows.weight == nullptr ? nullptr : rows.weight + r, share,
                                workspace.losses.data() + r};
        total += elementwise<T>().loss_and_gradient(loss, output + r * n_out, grad + r * n_out,
                                                    std::min(tile_rows, rows.n - r), n_out);
    }
    return total;
}

/// sum_i w_i loss_i, tile by tile, in an order that depends on the number of rows alone.
template <class T>
double Backprop<T>::total_loss(const T* losses, const T* weight, std::size_t rows) const {
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
    const std::size_t tiles = quotient_up(rows.n, tile_rows), n_in = objective_.network.n_in();
    std::vector<double> losses(tiles);
    if (parameter_parallel_) {
        objective_.network.prepare(p);
    }
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stopped{false};
    const auto work = [&](std::size_t thread) {
        if (thread >= workspaces_.size()) {
            return;
        }
        const FlushToZero flush;
        Workspace& workspace = workspaces_[thread];
        if (!parameter_parallel_) {
            workspace.network->prepare(p);
        }
        for (std::size_t k = next++; k < tiles && !stopped; k = next++) {
            const std::size_t first = k * tile_rows, n = std::min(tile_rows, rows.n - first);
            const Rows<T> part = gather(workspace, rows, first, n, n_in);
            T* each = workspace.losses.data();
            objective_.loss->value(forward(workspace, p, part, Pass{}), part.y, each, part.n);
            losses[k] = total_loss(each, part.weight, part.n);
            if (thread == 0 && stop != nullptr &&
                (*stop)(2.0 * double(part.n) * double(objective_.network.n_parameters()))) {
                stopped = true;
            }
        }
    };
    if (team.size() > 1 && workspaces_.size() > 1) {
        team.run(work);
    } else {
        work(0);
    }
    parameters_changed();
    double total = 0.0;
    for (const double loss : losses) {
        total += loss;
    }
    const double sum = total_weight(rows);
    return objective_.mean && sum != 0.0 ? total / sum : total;
}

template class Backprop<float>;
template class Backprop<double>;

}  // namespace chainrule
