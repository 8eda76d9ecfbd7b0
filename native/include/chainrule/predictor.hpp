// Outputs for rows: prepared once, called often, from several threads too.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "batch_partition.hpp"
#include "buffer.hpp"
#include "flush_to_zero.hpp"
#include "interrupt.hpp"
#include "kernels.hpp"
#include "network.hpp"
#include "threads.hpp"

namespace chainrule {

template <class T>
class Predictor {
  public:
    Predictor(std::vector<LayerDescription> layers, const T* parameters)
        : layers_(std::move(layers)) {
        first_ = std::make_unique<Network<T>>(layers_);
        n_in_ = first_->n_in();
        n_out_ = first_->n_out();
        parameters_.reserve(first_->n_parameters());
        std::copy_n(parameters, first_->n_parameters(), parameters_.data());
        first_->reserve(tile_rows, false);
        first_->reserve_copies();
        first_->prepare(parameters_.data());
    }

    std::size_t n_in() const { return n_in_; }
    std::size_t n_out() const { return n_out_; }

    /// For n rows, in floating-point operations.
    double work(std::size_t n) const { return 2.0 * double(n) * double(parameters_.size()); }

    /// a (n, n_out), from X (n, n_in); incomplete after an interrupt.
    void predict(const T* X, T* a, std::size_t n, std::size_t threads, Poll& poll) {
        const FlushToZero flush;
        const std::size_t tiles = (n + tile_rows - 1) / tile_rows;
        const double needed = nanoseconds(n, parameters_.size(), false);
        const std::size_t useful = std::min(threads_that_gain(needed, 0.0, threads), tiles);
        if (useful < 2) {
            predict_rows(X, a, n, &poll);
            return;
        }
        // A few tiles at a time, so that a network is taken from the free list seldom.
        constexpr std::size_t run = 16 * tile_rows;
        Team team(useful);
        std::atomic<bool> stop{false};
        team.each((n + run - 1) / run, [&](std::size_t thread, std::size_t k) {
            if (!stop) {
                const std::size_t first = k * run;
                predict_rows(X + first * n_in_, a + first * n_out_, std::min(run, n - first),
                             thread == 0 ? &poll : nullptr);
                stop = stop || (thread == 0 && poll.stopped());
            }
        });
    }

  private:
    void predict_rows(const T* X, T* a, std::size_t n, Poll* poll) {
        std::unique_ptr<Network<T>> network = free_network();
        for (std::size_t r = 0; r < n; r += tile_rows) {
            const std::size_t rows = std::min(tile_rows, n - r);
            const T* out = network->forward(parameters_.data(), X + r * n_in_, rows, Pass{});
            std::copy_n(out, rows * n_out_, a + r * n_out_);
            if (poll != nullptr && (*poll)(work(rows))) {
                break;
            }
        }
        put_back(std::move(network));
    }

    /// A network that no other thread uses, with its workspace.
    std::unique_ptr<Network<T>> free_network() {
        {
            const std::lock_guard lock(mutex_);
            if (!free_.empty()) {
                std::unique_ptr<Network<T>> network = std::move(free_.back());
                free_.pop_back();
                return network;
            }
        }
        auto network = std::make_unique<Network<T>>(layers_);
        network->borrow(*first_);
        network->reserve(tile_rows, false);
        return network;
    }

    void put_back(std::unique_ptr<Network<T>> network) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(network));
    }

    std::vector<LayerDescription> layers_;
    std::size_t n_in_ = 0, n_out_ = 0;
    Buffer<T> parameters_;
    std::mutex mutex_;
    std::unique_ptr<Network<T>> first_;  // whose prepared buffers the others share
    std::vector<std::unique_ptr<Network<T>>> free_;
};

}  // namespace chainrule
