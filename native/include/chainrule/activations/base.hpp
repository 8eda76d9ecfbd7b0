// An activation: a = f(z) for rows of units, and dL/dz from dL/da.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../elementwise.hpp"

namespace chainrule {

template <class T>
class Activation {
  public:
    virtual ~Activation() = default;

    /// a = f(z).
    virtual void value(const T* z, T* a, std::size_t rows, std::size_t units) const = 0;

    /// dL/dz in the place of dL/da.
    virtual void vjp(const T* z, const T* a, T* grad, std::size_t rows,
                     std::size_t units) const = 0;
};

std::vector<std::string> activation_names();

template <class T>
const ActivationKernel<T>& activation_kernel(std::string_view name);

template <class T>
std::unique_ptr<Activation<T>> make_activation(std::string_view name);

}  // namespace chainrule
