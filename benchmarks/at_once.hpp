// How much several threads do in a second, each on a processor of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif

constexpr int repeats = 15;
constexpr double least_seconds = 0.01;

inline std::vector<int> numbers_from(int argc, char** argv, int first) {
    std::vector<int> numbers;
    for (int i = first; i < argc; ++i)
        numbers.push_back(std::atoi(argv[i]));
    return numbers;
}

inline double now() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

inline void stay_on(int cpu) {
#ifdef __linux__
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
#else
    (void)cpu;
#endif
}

// work(thread, steps) does so many steps and returns how much that was. The sum over all threads by
// the time from the first start to the last end; the best of some short runs, because whatever
// disturbs them only makes them slower.
template <class Work>
double best_rate(const std::vector<int>& cpus, const Work& work) {
    long steps = 1;
    for (double seconds = 0; seconds < least_seconds; steps *= 2) {
        const double start = now();
        work(0, steps);
        seconds = now() - start;
    }
    std::vector<double> rates;
    for (int k = 0; k < repeats; ++k) {
        const std::size_t n = cpus.size();
        std::atomic<std::size_t> ready{0};
        std::vector<double> starts(n), ends(n), amounts(n);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < n; ++i) {
            threads.emplace_back([&, i] {
                stay_on(cpus[i]);
                ++ready;
                while (ready < n) {
                }
                starts[i] = now();
                amounts[i] = work(i, steps);
                ends[i] = now();
            });
        }
        for (auto& thread : threads)
            thread.join();
        double total = 0;
        for (double amount : amounts)
            total += amount;
        const double first = *std::min_element(starts.begin(), starts.end());
        const double last = *std::max_element(ends.begin(), ends.end());
        rates.push_back(total / (last - first));
    }
    return *std::max_element(rates.begin(), rates.end());
}
