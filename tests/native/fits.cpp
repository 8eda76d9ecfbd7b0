#include <bit>
#include <cstdio>
#include <type_traits>

#include "checks.hpp"
#include "fit.hpp"

namespace {

/// One quiet nan for every number that is none: their signs differ from processor to processor.
template <class T>
void print(const char* what, const std::vector<T>& numbers) {
    std::printf(" %s", what);
    for (T number : numbers) {
        using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        const Bits bits = std::bit_cast<Bits>(std::isnan(number) ? T(NAN) : number);
        std::printf(" %0*llx", int(2 * sizeof(T)), static_cast<unsigned long long>(bits));
    }
}

template <class T>
void print_fit(const char* type, const Problem& problem) {
    const Outcome<T> outcome = Fit<T>(problem).train(1);
    std::printf("%llu %s", static_cast<unsigned long long>(problem.seed), type);
    print("parameters", outcome.parameters);
    print("slots", outcome.slots);
    print("losses", outcome.records.losses);
    print("gradient norms", outcome.records.gradient_norms);
    print("validation losses", outcome.records.validation_losses);
    std::printf("\n");
}

}  // namespace

void print_fits(std::uint64_t first, std::size_t count) {
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Size size = seed > 1024 ? Size::coupled : seed % 8 == 4 ? Size::heavy : Size::small;
        const Problem problem = any_problem(seed, size);
        print_fit<float>("float32", problem);
        print_fit<double>("float64", problem);
    }
}
