// The most multiply-adds that this machine does in a second: vectors that never leave the registers.
//
// usage: peak CPU...   One thread on each logical processor named; prints GFLOP/s of float32 and
// of float64 over all of them. An a <- a x + y counts as two operations for each element.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif

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
constexpr int repeats = 15;
constexpr double least_seconds = 0.01;

double now() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

void stay_on(int cpu) {
#ifdef __linux__
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
#else
    (void)cpu;
#endif
}

// The number of operations done in `steps` rounds of all sums.
template <class T>
double multiply_add(long steps) {
    typedef T Vector __attribute__((vector_size(vector_bytes)));
    constexpr int width = vector_bytes / sizeof(T);
    Vector a[sums], x = {}, y = {};
    x += T(0.999);
    y += T(0.001);
    for (int i = 0; i < sums; ++i) a[i] = y * T(i);
    for (long step = 0; step < steps; ++step) {
#pragma GCC unroll 12
        for (int i = 0; i < sums; ++i) a[i] = a[i] * x + y;
    }
    Vector total = {};
    for (int i = 0; i < sums; ++i) total += a[i];
    volatile T kept = 0;  // so that no sum is left out as unused
    for (int k = 0; k < width; ++k) kept = kept + total[k];
    return 2.0 * width * sums * double(steps);
}

// GFLOP/s of all threads together, from the first start to the last end; the best
// of some short runs, because whatever disturbs them only makes them slower.
template <class T>
double rate(const std::vector<int>& cpus) {
    long steps = 1000;
    for (double seconds = 0; seconds < least_seconds; steps *= 2) {
        const double start = now();
        multiply_add<T>(steps);
        seconds = now() - start;
    }
    std::vector<double> rates;
    for (int k = 0; k < repeats; ++k) {
        const int n = int(cpus.size());
        std::atomic<int> ready{0};
        std::vector<double> starts(n), ends(n), operations(n);
        std::vector<std::thread> threads;
        for (int i = 0; i < n; ++i) {
            threads.emplace_back([&, i] {
                stay_on(cpus[i]);
                ++ready;
                while (ready < n) {}
                starts[i] = now();
                operations[i] = multiply_add<T>(steps);
                ends[i] = now();
            });
        }
        for (auto& thread : threads) thread.join();
        double total = 0;
        for (double o : operations) total += o;
        const double first = *std::min_element(starts.begin(), starts.end());
        const double last = *std::max_element(ends.begin(), ends.end());
        rates.push_back(total / (last - first) / 1e9);
    }
    return *std::max_element(rates.begin(), rates.end());
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<int> cpus;
    for (int i = 1; i < argc; ++i) cpus.push_back(std::atoi(argv[i]));
    if (cpus.empty()) {
        std::fprintf(stderr, "usage: %s CPU...\n", argv[0]);
        return 2;
    }
    std::printf("{\"float32\": %.2f, \"float64\": %.2f}\n", rate<float>(cpus), rate<double>(cpus));
}
