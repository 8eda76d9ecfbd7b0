// Backpropagation over a batch: the chain rule, tile by tile.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// An objective with room to work in.
///
/// A batch is cut into tiles of tile_rows rows, and the tiles into at most max_pieces pieces of
/// neighbours. Each piece's gradient and loss are summed in the order of its tiles, and the pieces
/// in their own order. Pieces are what threads share: where they are cut depends on the number of
/// rows and of parameters alone, and so do the bits of the sum.
template <class T>
class Backprop {
  public:
    /// Room for batches of so many rows; `gradients`: for value_and_gradient, too; `threads`: as
    /// many at most.
    Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
             bool gradients, std::size_t threads = 1);

    /// The value for a batch; the gradient is written to g, which is left alone where a layer's is
    /// not wanted.
    double value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g,
                              Team& team);

    /// The loss at evaluation, without the penalties; a wrong one once `stop` says so.
    double value(const T* p, const Rows<T>& rows, Team& team, Poll* stop = nullptr);

    /// sum_i w_i of a batch.
    static double weight(const Rows<T>& batch);

    /// Which numbers' gradients are wanted.
    void want_gradients(const std::vector<bool>& mask);

    /// How many threads gain from sharing a batch.
    std::size_t useful_threads() const { return room_.size(); }

    Objective<T>& objective() { return objective_; }

  private:
    /// What one thread works in; the first one has the objective's own network.
    struct Room {
        Network<T>* network = nullptr;
        std::unique_ptr<Network<T>> own;
        Buffer<T> X, y, weight, losses, grad;
    };

    Rows<T> gather(Room& room, const Rows<T>& batch, std::size_t first, std::size_t n) const;
    double total_loss(Room& room, const T* output, const Rows<T>& rows) const;
    std::size_t rows_of_piece(std::size_t rows) const;
    double tile(Room& room, const T* p, const Rows<T>& batch, std::size_t first, std::size_t n,
                T share, const Pass& pass, T* g, bool add) const;
    void add_pieces(T* g, std::size_t pieces, Team& team) const;

    Objective<T> objective_;
    bool whole_;  // whether a batch goes through in one go
    std::vector<Room> room_;
    std::vector<double> losses_;       // of each piece
    std::vector<Buffer<T>> gradients_;  // of each piece but the first
};

}  // namespace chainrule
