// Groups of columns, each through a layer of its own; the outputs one group after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base.hpp"

namespace chainrule {

template <class T>
class ByColumn final : public Layer<T> {
  public:
    static constexpr std::string_view name = "ByColumn";

    ByColumn(const LayerDescription& layer, std::size_t)
        : ByColumn(layer.values.size("n_in"), groups(layer)) {}

    std::size_t n_parameters() const override {
        return groups_.back().p + groups_.back().layer->n_parameters();
    }

    bool couples_rows(bool training) const override {
        return std::ranges::any_of(
            groups_, [=](const Group& group) { return group.layer->couples_rows(training); });
    }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        a_.reserve(product(rows, this->n_out()));
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
        for (Group& group : groups_) {
            group.layer->reserve(rows, gradients, input);
            group.X.reserve(product(rows, group.columns.size()));
            group.grad.reserve(gradients ? product(rows, group.layer->n_out()) : 0);
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const ByColumn&>(other);
        a_.borrow(of.a_, first * this->n_out());
        grad_X_.borrow(of.grad_X_, first * this->n_in());
        for (std::size_t k = 0; k < groups_.size(); ++k) {
            Group& group = groups_[k];
            group.layer->window(*of.groups_[k].layer, first);
            group.X.borrow(of.groups_[k].X, first * group.columns.size());
            group.grad.borrow(of.groups_[k].grad, first * group.layer->n_out());
        }
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) override {
        rows_ = rows;
        const std::size_t n_in = this->n_in();
        for (std::size_t k = 0; k < groups_.size(); ++k) {
            Group& group = groups_[k];
            const std::size_t n = group.columns.size(), width = group.layer->n_out();
            for (std::size_t r = 0; r < rows; ++r) {
                for (std::size_t i = 0; i < n; ++i) {
                    group.X[r * n + i] = X[r * n_in + group.columns[i]];
                }
            }
            Pass own = pass;
            own.key.layer += apart * (k + 1);
            own.to_logits = false;
            const T* a = group.layer->forward(p + group.p, group.X.data(), rows, own);
            for (std::size_t r = 0; r < rows; ++r) {
                std::copy_n(a + r * width, width, a_.data() + r * this->n_out() + group.a);
            }
        }
        return a_.data();
    }

    /// dL/dX is the sum over the groups that a column is in.
    InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) override {
        const std::size_t n_in = this->n_in();
        if (wanted.input) {
            std::fill_n(grad_X_.data(), rows_ * n_in, T(0));
        }
        for (Group& group : groups_) {
            Layer<T>& layer = *group.layer;
            const std::size_t n = group.columns.size(), width = layer.n_out();
            for (std::size_t r = 0; r < rows_; ++r) {
                std::copy_n(grad_a + r * this->n_out() + group.a, width,
                            group.grad.data() + r * width);
            }
            if (wanted.input && layer.parameter_parallel() != nullptr) {
                layer.parameter_parallel()->prepare(p + group.p, 0, layer.n_parameters());
            }
            const Wanted<T> own{wanted.gradient == nullptr ? nullptr : wanted.gradient + group.p,
                                wanted.add, wanted.input};
            const T* grad = layer.backward(p + group.p, group.grad.data(), own).data;
            for (std::size_t r = 0; wanted.input && r < rows_; ++r) {
                for (std::size_t i = 0; i < n; ++i) {
                    grad_X_[r * n_in + group.columns[i]] += grad[r * n + i];
                }
            }
        }
        return {wanted.input ? grad_X_.data() : nullptr};
    }

    void statistics(T* p) const override {
        for (const Group& group : groups_) {
            group.layer->statistics(p + group.p);
        }
    }

  private:
    /// Between the places in the random sequence of a layer and of the layers inside it.
    static constexpr std::size_t apart = 4096;

    struct Group {
        std::vector<std::size_t> columns;
        std::unique_ptr<Layer<T>> layer;
        std::size_t p = 0, a = 0;  // where its parameters and its outputs begin
        Buffer<T> X, grad;
    };

    ByColumn(std::size_t n_in, std::deque<Group> groups)
        : Layer<T>(n_in, groups.back().a + groups.back().layer->n_out()),
          groups_(std::move(groups)) {
        for (const Group& group : groups_) {
            for (const std::size_t column : group.columns) {
                if (column >= n_in) {
                    throw std::invalid_argument("a column of a group is out of range");
                }
            }
        }
    }

    /// From the layers inside, and from the columns of each group, behind their number.
    static std::deque<Group> groups(const LayerDescription& layer) {
        const std::vector<double> numbers = layer.values.numbers("groups");
        std::deque<Group> groups;
        std::size_t next = 0, p = 0, a = 0;
        for (const LayerDescription& inner : layer.layers) {
            const std::size_t left = numbers.size() - next;
            const double n = left == 0 ? 0.0 : numbers[next];
            if (!(n >= 1.0 && n < double(left))) {
                throw std::invalid_argument("a group of columns is missing");
            }
            Group& group = groups.emplace_back();
            for (std::size_t i = 1; i <= std::size_t(n); ++i) {
                const double column = numbers[next + i];
                group.columns.push_back(column >= 0.0 ? std::size_t(column) : std::size_t(-1));
            }
            group.layer = make_layer<T>(inner, group.columns.size());
            if (group.layer->n_in() != group.columns.size()) {
                throw std::invalid_argument("a layer does not take its group of columns");
            }
            group.p = p;
            group.a = a;
            p += group.layer->n_parameters();
            a += group.layer->n_out();
            next += 1 + group.columns.size();
        }
        if (groups.empty() || next != numbers.size()) {
            throw std::invalid_argument("layers by column need a layer for each group of columns");
        }
        return groups;
    }

    std::deque<Group> groups_;
    std::size_t rows_ = 0;
    Buffer<T> a_, grad_X_;
};

}  // namespace chainrule
