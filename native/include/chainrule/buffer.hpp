// Memory for numbers, allocated once and never inside a loop over updates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace chainrule {

/// a * b; std::bad_alloc where that is more than can be addressed.
inline std::size_t product(std::size_t a, std::size_t b) {
    if (b != 0 && a > std::numeric_limits<std::ptrdiff_t>::max() / b) {
        throw std::bad_alloc();
    }
    return a * b;
}

/// The machine's memory in bytes: a larger request fails before anything is allocated.
inline std::size_t memory() {
#if defined(_SC_PHYS_PAGES)
    static const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages > 0 && size > 0) {
        return std::size_t(pages) * std::size_t(size);
    }
#endif
    return std::numeric_limits<std::ptrdiff_t>::max();
}

/// n numbers, 0 at first, aligned to a cache line.
template <class T>
class Buffer {
  public:
    Buffer() = default;
    explicit Buffer(std::size_t n) { reserve(n); }
    ~Buffer() { release(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    /// Workspace for n numbers at least; what was in it is lost if it grows.
    void reserve(std::size_t n) {
        if (n <= size_) {
            return;
        }
        release();
        const std::size_t bytes = product(n, sizeof(T));
        if (bytes > memory()) {
            throw std::bad_alloc();
        }
        // An unaligned allocation of a small block is faster than an aligned one.
        memory_ = ::operator new(bytes + line);
        const std::size_t over = reinterpret_cast<std::uintptr_t>(memory_) % line;
        data_ = reinterpret_cast<T*>(static_cast<unsigned char*>(memory_) + (line - over));
        std::memset(data_, 0, bytes);
        size_ = n;
    }
    /// Refer to another buffer's numbers from `first` on, if it has any, instead of own ones.
    void borrow(const Buffer& of, std::size_t first = 0) {
        release();
        if (of.size_ > first) {
            data_ = of.data_ + first;
            size_ = of.size_ - first;
        }
    }
    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

  private:
    static constexpr std::size_t line = 64;

    void release() {
        ::operator delete(memory_);
        memory_ = nullptr;
        data_ = nullptr;
        size_ = 0;
    }

    void* memory_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Allocates arrays in one buffer, each from a cache line on: where its address goes, and its size.
template <class T>
void lay_out(Buffer<T>& buffer, const std::vector<std::pair<T**, std::size_t>>& arrays) {
    constexpr std::size_t line = 64 / sizeof(T);
    const auto whole_lines = [](std::size_t n) { return (n + line - 1) / line * line; };
    std::size_t total = 0;
    for (const auto& [array, n] : arrays) {
        total += whole_lines(n);
    }
    buffer.reserve(total);
    T* next = buffer.data();
    for (const auto& [array, n] : arrays) {
        *array = next;
        next += whole_lines(n);
    }
}

}  // namespace chainrule
