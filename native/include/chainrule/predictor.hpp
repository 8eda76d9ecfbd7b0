// Outputs for rows: packed once, called often, from several threads too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "buffer.hpp"
#include "flush_to_zero.hpp"
#include "network.hpp"
#include "products.hpp"

namespace chainrule {

template <class T>
class Predictor {
  public:
    Predictor(std::vector<LayerDescription> layers, const T* parameters)
        : layers_(std::move(layers)) {
        std::unique_ptr<Network<T>> network = free_network();
        n_in_ = network->n_in();
        n_out_ = network->n_out();
        parameters_.reserve(network->n_parameters());
        std::copy_n(parameters, network->n_parameters(), parameters_.data());
        put_back(std::move(network));
    }

    std::size_t n_in() const { return n_in_; }
    std::size_t n_out() const { return n_out_; }

    /// a (n, n_out), from X (n, n_in).
    void predict(const T* X, T* a, std::size_t n) {
        const FlushToZero flush;
        std::unique_ptr<Network<T>> network = free_network();
        for (std::size_t r = 0; r < n; r += tile_rows) {
            const std::size_t rows = std::min(tile_rows, n - r);
            const T* out = network->forward(parameters_.data(), X + r * n_in_, rows, Pass{});
            std::copy_n(out, rows * n_out_, a + r * n_out_);
        }
        put_back(std::move(network));
    }

  private:
    /// A network with room to work in that no other thread uses.
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
    std::vector<std::unique_ptr<Network<T>>> free_;
};

}  // namespace chainrule
