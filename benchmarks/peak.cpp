// The most multiply-adds that this machine does in a second: vectors that never leave the
// registers.
//
// usage: peak CPU...   One thread on each logical processor named; prints GFLOP/s of float32 and
// of float64 over all of them. An a <- a x + y counts as two operations for each element.

#include <cstddef>
#include <cstdio>
#include <vector>

#include "at_once.hpp"

namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

// Two units with a latency of four or five cycles need ten sums in flight; 12 and the two operands
// fit into 16 registers.
constexpr int sums = 12;

// The number of operations done in `steps` rounds of all sums.
template <class T>
double multiply_add(long steps) {
    typedef T Vector __attribute__((vector_size(vector_bytes)));
    constexpr int width = vector_bytes / sizeof(T);
    Vector a[sums], x = {}, y = {};
    x += T(0.999);
    y += T(0.001);
    for (int i = 0; i < sums; ++i)
        a[i] = y * T(i);
    for (long step = 0; step < steps; ++step) {
#pragma GCC unroll 12
        for (int i = 0; i < sums; ++i)
            a[i] = a[i] * x + y;
    }
    Vector total = {};
    for (int i = 0; i < sums; ++i)
        total += a[i];
    volatile T kept = 0;  // so that no sum is left out as unused
    for (int k = 0; k < width; ++k)
        kept = kept + total[k];
    return 2.0 * width * sums * double(steps);
}

template <class T>
double gigaflops(const std::vector<int>& cpus) {
    return best_rate(cpus, [](std::size_t, long steps) { return multiply_add<T>(steps); }) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<int> cpus = numbers_from(argc, argv, 1);
    if (cpus.empty()) {
        std::fprintf(stderr, "usage: %s CPU...\n", argv[0]);
        return 2;
    }
    std::printf("{\"float32\": %.2f, \"float64\": %.2f}\n", gigaflops<float>(cpus),
                gigaflops<double>(cpus));
}
