// Backpropagation over a batch: the chain rule, tile by tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "buffer.hpp"
#include "interrupt.hpp"
#include "objective.hpp"
#include "threads.hpp"

namespace chainrule {

/// n rows of a table: row k is order[k], or k where order is null; weight may be null.
template <class T>
struct Rows {
    const T* X = nullptr;
    const T* y = nullptr;
    const T* weight = nullptr;
    const std::int64_t* order = nullptr;
    std::size_t n = 0;
};

/// Neighbouring parameters that a thread takes at once: the k-th such part.
struct Part {
    std::size_t k, start, stop;
};

/// What follows once the gradient of a part is known: it lies at g, for a moment only.
template <class T>
using Follow = std::function<void(const Part& part, T* g)>;

/// An objective with room to work in.
///
/// Threads share a batch in one of two ways, and which one it is depends on the number of rows and
/// on the network alone, as do the bits of every sum.
///
/// By rows: a batch is cut into tiles of tile_rows rows, and the tiles into at most max_pieces
/// pieces of neighbours. Each piece's gradient and loss are summed in the order of its tiles, and
/// the pieces in their own order.
///
/// By weights, where a gradient has more numbers than the outputs that it is made of, and the rows
/// are not much larger: all rows go forward and back first, then each part of the parameters gets its
/// gradient from all of them, in sums over chain_rows rows, one after the other.
template <class T>
class Backprop {
  public:
    /// Room for batches of so many rows; `gradients`: for value_and_gradient, too; `threads`: as
    /// many at most.
    Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
             bool gradients, std::size_t threads = 1);

    /// The value for a batch; the gradient is written to g, which is left alone where a layer's is
    /// not wanted. With `follow`, which may change the parameters that it is told of, what is in g
    /// afterwards has no meaning.
    double value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g, Team& team,
                              const Follow<T>* follow = nullptr);

    /// `follow` for all parts of a gradient that is known; `changed` are the parameters, where it
    /// changes them. If anyone else does, `parameters_changed` is to be told.
    void each_part(T* g, Team& team, const Follow<T>& follow, const T* changed = nullptr);
    void parameters_changed() { prepared_ = false; }

    const std::vector<Part>& parts() const { return parts_; }

    /// The loss at evaluation, without the penalties; a wrong one once `stop` says so.
    double value(const T* p, const Rows<T>& rows, Team& team, Poll* stop = nullptr);

    /// sum_i w_i of a batch.
    static double weight(const Rows<T>& batch) {
        return batch.weight == nullptr ? double(batch.n) : total_weight(batch);
    }

    /// Which numbers' gradients are wanted.
    void want_gradients(const std::vector<bool>& mask);

    /// How many threads gain from sharing a batch.
    std::size_t useful_threads() const { return useful_; }

    /// In which way threads share a batch.
    bool shares_weights() const { return by_weights_; }

    Objective<T>& objective() { return objective_; }

  private:
    /// What one thread works in; the first one has the objective's own network.
    struct Room {
        Network<T>* network = nullptr;
        std::unique_ptr<Network<T>> own;
        Buffer<T> X, y, weight, losses, grad;
        const T* output = nullptr;  // what the loss is told
        std::size_t rows = 0;
    };

    void reserve(Room& room, std::size_t rows, bool gradients);
    void reserve_rows();
    void window(Room& room, std::size_t first);
    void make_parts();
    static double total_weight(const Rows<T>& batch);
    std::size_t rows_of_piece(std::size_t rows) const;
    Rows<T> gather(Room& room, const Rows<T>& batch, std::size_t first, std::size_t n) const;
    static double total_loss(const T* losses, const T* weight, std::size_t rows);
    double forward(Room& room, const T* p, const Rows<T>& rows, Pass pass) const;
    double tile(Room& room, const T* p, const Rows<T>& batch, std::size_t first, std::size_t n,
                T scale, Pass pass, T* g, bool add) const;
    template <class Rest>
    double by_rows(const T* p, const Rows<T>& batch, T scale, const Pass& pass, T* g, Team& team,
                   const Rest& rest);
    template <class Rest>
    double by_weights(const T* p, const Rows<T>& batch, T scale, const Pass& pass, T* g, Team& team,
                      const Rest& rest);
    void prepare(const T* p, const Part& part);

    Objective<T> objective_;
    bool whole_;  // whether a batch goes through in one go
    bool by_weights_ = false;
    bool prepared_ = false;  // whether what the networks prepare is true of the parameters
    std::size_t at_once_, useful_;
    std::vector<Room> room_;  // of each thread, or of each tile
    std::vector<double> losses_;        // of each piece
    std::vector<Buffer<T>> gradients_;  // of each piece but the first, or a part's for each thread
    std::vector<Slice> slices_;
    std::vector<Part> parts_;
    std::vector<std::size_t> first_slice_;  // of each part, and the end
};

}  // namespace chainrule
