// Arrays whose last number is the last one before a page that nobody may touch: a read behind it
// ends the program, by whatever instruction. Sanitizers do not look at masked loads.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

template <class T>
class Fenced {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    explicit Fenced(std::size_t n = 0) : n_(n) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t inside = (n * sizeof(T) + page - 1) / page * page;
        bytes_ = inside + 2 * page;
        void* memory = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::bad_alloc();
        }
        start_ = static_cast<char*>(memory);
        if (inside > 0 && mprotect(start_ + page, inside, PROT_READ | PROT_WRITE) != 0) {
            munmap(start_, bytes_);
            throw std::bad_alloc();
        }
        data_ = reinterpret_cast<T*>(start_ + page + inside - n * sizeof(T));
    }
    explicit Fenced(const std::vector<T>& numbers) : Fenced(numbers.size()) {
        std::copy(numbers.begin(), numbers.end(), data_);
    }
    ~Fenced() {
        if (start_ != nullptr) {
            munmap(start_, bytes_);
        }
    }
    Fenced(Fenced&& other) noexcept
        : start_(std::exchange(other.start_, nullptr)),
          data_(std::exchange(other.data_, nullptr)),
          bytes_(other.bytes_),
          n_(std::exchange(other.n_, 0)) {}
    Fenced& operator=(Fenced&&) = delete;

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t size() const { return n_; }
    T& operator[](std::size_t i) { return data_[i]; }

    std::vector<T> copy() const { return {data_, data_ + n_}; }

  private:
    char* start_ = nullptr;
    T* data_ = nullptr;
    std::size_t bytes_ = 0, n_ = 0;
};
