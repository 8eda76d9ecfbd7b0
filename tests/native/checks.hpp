// What the program can be asked to do. Each returns a line about what was done, or throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

/// Random problems from seed `first` on: the same bits on any number of threads.
std::string shapes(std::uint64_t first, std::size_t count);

/// Every bit of the fits of random problems, a line for each: to be compared between processors.
void print_fits(std::uint64_t first, std::size_t count);

/// Many fits at once, in threads of the caller's and in one team: each as it is alone.
std::string together();

/// One predictor, asked by several threads at once.
std::string predictions();

/// Interrupts from another thread: the parameters are those after a whole number of updates.
std::string interrupts();

/// Exceptions on threads of the pool, and descriptions that do not fit.
std::string failures();

/// Copies of the process while its threads are asleep, and while they are at work.
std::string forks();

inline void expect(bool condition, const std::string& what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}
