// How fast this machine reads and writes an array of so many bytes, from whichever cache holds it.
//
// usage: bandwidth BYTES CPU...   One thread on each logical processor named, each with its share
// of the array; prints GB/s over all of them. A byte that is read and written counts twice.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "at_once.hpp"

int main(int argc, char** argv) {
    const std::vector<int> cpus = numbers_from(argc, argv, 2);
    if (cpus.empty()) {
        std::fprintf(stderr, "usage: %s BYTES CPU...\n", argv[0]);
        return 2;
    }
    const std::size_t n = std::strtoull(argv[1], nullptr, 10) / sizeof(float) / cpus.size() + 1;
    std::vector<std::vector<float>> shares(cpus.size(), std::vector<float>(n, 1.0f));
    const double rate = best_rate(cpus, [&](std::size_t thread, long steps) {
        float* x = shares[thread].data();
        for (long step = 0; step < steps; ++step) {
            for (std::size_t i = 0; i < n; ++i)
                x[i] = 0.5f * x[i] + 1.0f;
            asm volatile("" : : "r"(x) : "memory");  // each pass is made
        }
        return 2.0 * sizeof(float) * double(n) * double(steps);
    });
    std::printf("%.2f\n", rate / 1e9);
}
