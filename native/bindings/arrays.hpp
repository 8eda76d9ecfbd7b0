// NumPy arrays, checked before anything is read, and made for what is returned.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "chainrule/buffer.hpp"

namespace chainrule::bindings {

namespace nb = nanobind;

/// An array that came from Python and is only read.
using Array = nb::ndarray<nb::ro, nb::device::cpu>;

/// An array that came from Python and is written to.
using Filled = nb::ndarray<nb::device::cpu>;

inline std::string dtype_name(nb::dlpack::dtype type) {
    using Code = nb::dlpack::dtype_code;
    const std::string bits = std::to_string(type.bits);
    switch (static_cast<Code>(type.code)) {
        case Code::Int:
            return "int" + bits;
        case Code::UInt:
            return "uint" + bits;
        case Code::Float:
            return "float" + bits;
        case Code::Complex:
            return "complex" + bits;
        case Code::Bool:
            return "bool";
        default:
            return "another type";
    }
}

inline std::string shape_name(const std::vector<std::size_t>& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

template <class AnyArray>
std::string shape_name(const AnyArray& array)
    requires requires { array.ndim(); }
{
    std::vector<std::size_t> shape;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
        shape.push_back(array.shape(i));
    }
    return shape_name(shape);
}

/// The numbers of an array of type T, of that shape, lying in C order without gaps; a TypeError or
/// ValueError that names the array where it is another.
template <class T, class AnyArray>
const T* numbers(const AnyArray& array, const char* name,
                 std::initializer_list<std::size_t> shape) {
    const std::string of = std::string(name) + " ";
    if (array.dtype() != nb::dtype<T>()) {
        throw nb::type_error((of + "must have the dtype " + dtype_name(nb::dtype<T>()) + ", not " +
                              dtype_name(array.dtype()))
                                 .c_str());
    }
    bool fits = array.ndim() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
        fits = array.shape(i) == shape.begin()[i];
    }
    if (!fits) {
        throw nb::value_error((of + "has the shape " + shape_name(array) + ", but must have " +
                               shape_name(std::vector<std::size_t>(shape)))
                                  .c_str());
    }
    std::int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0 && array.size() > 0;) {
        if (array.shape(i) > 1 && array.stride(i) != step) {
            throw nb::value_error(
                (of + "must be C-contiguous; use numpy.ascontiguousarray").c_str());
        }
        step *= static_cast<std::int64_t>(array.shape(i));
    }
    if (reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T) != 0) {
        throw nb::value_error((of + "must be aligned; use a copy").c_str());
    }
    return static_cast<const T*>(array.data());
}

/// The same of an array that is written to.
template <class T>
T* filled(const Filled& array, const char* name, std::initializer_list<std::size_t> shape) {
    return const_cast<T*>(numbers<T>(array, name, shape));
}

/// An array of row numbers below n.
inline const std::int64_t* row_numbers(const Array& array, const char* name,
                                       std::initializer_list<std::size_t> shape, std::size_t n) {
    const std::int64_t* rows = numbers<std::int64_t>(array, name, shape);
    const auto wrong = [=](std::int64_t k) { return k < 0 || std::size_t(k) >= n; };
    if (std::any_of(rows, rows + array.size(), wrong)) {
        throw nb::value_error((std::string(name) + " must be row numbers from 0 to n - 1").c_str());
    }
    return rows;
}

/// The number of rows of a table.
inline std::size_t n_rows(const Array& array, const char* name) {
    if (array.ndim() != 2 || array.shape(0) == 0) {
        throw nb::value_error((std::string(name) + " has the shape " + shape_name(array) +
                               ", but must be a table with at least one row")
                                  .c_str());
    }
    return array.shape(0);
}

/// f(T{}) for the type of an array, float or double.
template <class AnyArray, class F>
auto with_type_of(const AnyArray& array, const char* name, F&& f) {
    if (array.dtype() == nb::dtype<float>()) {
        return f(float{});
    }
    if (array.dtype() == nb::dtype<double>()) {
        return f(double{});
    }
    throw nb::type_error((std::string(name) + " must have the dtype float32 or float64, not " +
                          dtype_name(array.dtype()))
                             .c_str());
}

/// A new NumPy array and its numbers, 0 at first.
template <class T>
struct NewArray {
    T* numbers;
    nb::object array;

    explicit NewArray(std::initializer_list<std::size_t> shape) {
        std::size_t size = 1;
        for (const std::size_t n : shape) {
            size = product(size, n);
        }
        auto buffer = std::make_unique<Buffer<T>>(size > 0 ? size : 1);
        numbers = buffer->data();
        nb::capsule owner(buffer.get(),
                          [](void* p) noexcept { delete static_cast<Buffer<T>*>(p); });
        buffer.release();
        array = nb::cast(nb::ndarray<nb::numpy, T>(numbers, shape.size(), shape.begin(), owner));
    }
};

}  // namespace chainrule::bindings
