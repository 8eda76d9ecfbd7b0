// Backpropagation over a batch: the chain rule, tile by tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "batch.hpp"
#include "buffer.hpp"
#include "interrupt.hpp"
#include "kernels.hpp"
#include "objective.hpp"
#include "threads.hpp"

namespace chainrule {

/// Neighbouring parameters that a thread takes at once: the k-th such part.
struct Part {
    std::size_t k, start, stop;
};

/// Called with the gradient of a part as soon as it is known; g is valid during the call only.
template <class T>
using OnGradient = std::function<void(const Part& part, T* g)>;

/// The gradient of an objective, with workspaces for batches.
///
/// Threads share a batch in one of two ways. The number of rows and the network alone decide which,
/// and with it the bits of every sum.
///
/// Row-parallel: a batch is cut into tiles of tile_rows rows, and the tiles into at most max_pieces
/// pieces of neighbours. Each piece's gradient and loss are summed in the order of its tiles, and
/// the pieces in their own order. Where rows are coupled (batch normalisation), a batch of at most
/// most_coupled_rows rows goes through at once, on one thread, and a larger one tile by tile in
/// several passes: see coupled.cpp.
///
/// Parameter-parallel, where a gradient has more numbers than the outputs that it is made of, and
/// the rows are not much larger: all rows go forward and backward first, then each part of the
/// parameters gets its gradient from all of them, in sums over chain_rows rows, one after the
/// other.
template <class T>
class Backprop {
  public:
    /// Workspaces for batches of at most `rows` rows and `threads` threads; with `gradients`, for
    /// value_and_gradient, too.
    Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training, bool gradients,
             std::size_t threads = 1);

    /// The value for a batch; the gradient is written to g, except where it is not wanted.
    /// `on_gradient` may change the parameters of its part; with it, the contents of g are
    /// unspecified afterwards.
    double value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g, Team& team,
                              const OnGradient<T>* on_gradient = nullptr);

    /// Call `on_gradient` for all parts of a known gradient. `changed` are the parameters, if it
    /// changes them; after any other change, call `parameters_changed`.
    void each_part(T* g, Team& team, const OnGradient<T>& on_gradient, const T* changed = nullptr);
    void parameters_changed();

    const std::vector<Part>& parts() const { return parts_; }

    /// The loss at evaluation, without the penalties; meaningless once `stop` returned true.
    double value(const T* p, const Rows<T>& rows, Team& team, Poll* stop = nullptr);

    /// Compute the gradients of the numbers in `mask` only.
    void want_gradients(const std::vector<bool>& mask);

    /// How many threads gain from sharing a batch.
    std::size_t useful_threads() const { return useful_; }

    bool is_parameter_parallel() const { return parameter_parallel_; }

    Objective<T>& objective() { return objective_; }

  private:
    /// What one thread works in; the first one has the objective's own network.
    struct Workspace {
        Network<T>* network = nullptr;
        std::unique_ptr<Network<T>> own;
        Buffer<T> X, y, weight, losses, grad;
        std::size_t rows = 0;
        bool prepared = false;  // whether what its network prepares belongs to the parameters
    };

    /// Neighbouring rows of a batch: a tile of a piece, or all of them.
    struct Tile {
        std::size_t piece, first, n;
    };

    class Coupled;

    void reserve(Workspace& workspace, std::size_t rows, bool gradients);
    void reserve_gathered();
    void window(Workspace& workspace, std::size_t first);
    void make_parts();
    bool undivided(std::size_t rows) const;
    std::size_t rows_of_piece(std::size_t rows) const;
    std::size_t n_pieces(std::size_t rows) const;
    bool alone(std::size_t pieces, const Team& team) const;
    Rows<T> gather(Workspace& workspace, const Rows<T>& batch, std::size_t first, std::size_t n,
                   std::size_t columns) const;
    double total_loss(const T* losses, const T* weight, std::size_t rows) const;
    const T* forward(Workspace& workspace, const T* p, const Rows<T>& rows, Pass pass) const;
    double loss_gradient(Workspace& workspace, const T* output, const Rows<T>& rows, T share) const;
    double tile(Workspace& workspace, const T* p, const Rows<T>& batch, const Tile& tile, T share,
                Pass pass, T* g, bool add) const;
    template <class F>
    double each_tile(const T* p, std::size_t rows, const Part& parameters, T* g, Team& team, F&& f);
    double coupled(const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g, Team& team);
    template <class Finish>
    double row_parallel(const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g,
                        Team& team, const Finish& finish);
    template <class Finish>
    double parameter_parallel(const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g,
                              Team& team, const Finish& finish);
    bool prepares_parts() const;
    void prepare(Workspace& workspace, const T* p);
    void prepare(const T* p, const Part& part);

    Objective<T> objective_;
    bool coupled_;                        // whether rows depend on each other
    std::vector<std::size_t> couplings_;  // the layers by which they do, if tiles are possible
    bool parameter_parallel_ = false;
    std::size_t at_once_, useful_;
    std::vector<Workspace> workspaces_;  // of each thread, or of each tile
    std::vector<double> losses_;         // of each piece
    std::vector<Buffer<T>> gradients_;   // of each piece but the first, or a part's for each thread
    std::vector<Slice> slices_;
    std::vector<Part> parts_;
    std::vector<std::size_t> first_slice_;  // of each part, and the end
    Buffer<double> sums_;                   // of a coupling, for each piece
    std::vector<Buffer<T>> kept_;           // of each coupling the inputs, later their dL/dz
};

/// The sum of f(workspace, tile, gradient, add) over all tiles, piece after piece. f writes to the
/// gradient of some parameters, or adds to it; where several threads take pieces, that of each but
/// the first stays in `gradients_`.
template <class T>
template <class F>
double Backprop<T>::each_tile(const T* p, std::size_t rows, const Part& parameters, T* g,
                              Team& team, F&& f) {
    const std::size_t per_piece = rows_of_piece(rows), pieces = n_pieces(rows);
    const std::size_t each = undivided(rows) ? rows : tile_rows;
    const auto piece = [&](Workspace& workspace, std::size_t k, T* to, bool add) {
        const std::size_t stop = std::min((k + 1) * per_piece, rows);
        prepare(workspace, p);
        losses_[k] = 0.0;
        for (std::size_t first = k * per_piece; first < stop && !team.failed();
             first += each, add = true) {
            losses_[k] += f(workspace, Tile{k, first, std::min(each, stop - first)}, to, add);
        }
    };
    if (alone(pieces, team)) {
        for (std::size_t k = 0; k < pieces; ++k) {
            const bool there = k == 0 || per_piece == each;
            piece(workspaces_.front(), k, there ? g : gradients_[0].data(), there && k > 0);
            for (std::size_t i = parameters.start; !there && i < parameters.stop; ++i) {
                g[i] += gradients_[0][i];
            }
        }
    } else {
        team.share(pieces, useful_, [&](std::size_t thread, std::size_t k) {
            piece(workspaces_[thread], k, k == 0 ? g : gradients_[k - 1].data(), false);
        });
    }
    double total = 0.0;
    for (std::size_t k = 0; k < pieces; ++k) {
        total += losses_[k];
    }
    return total;
}

}  // namespace chainrule
