// Error and time of the elementwise functions of one instruction set: prints a JSON list with, for
// each function and type, the largest error in units in the last place (against long double) and
// nanoseconds for each element (4,096 of them, median of 9).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include INSTRUCTION_SET

using namespace chainrule;
using Clock = std::chrono::steady_clock;

template <class T>
struct Function {
    const char* name;
    void (*of)(const T* x, T* y, std::size_t n);
    long double (*exact)(long double);
    double from, to;
};

#define FUNCTION(name, exact, from, to)              \
    {#name,                                          \
     [](const T* x, T* y, std::size_t n) {           \
         V::each(n, [=](std::size_t i, auto lanes) { \
             const V z = V::at(x + i, lanes);        \
             V(name(z)).put(y + i, lanes);           \
         });                                         \
     },                                              \
     [](long double z) -> long double { return exact; }, from, to}

template <class T, class F>
double largest_error(const F& f) {
    constexpr std::size_t n = 1 << 16;
    std::vector<T> x(n), y(n);
    double worst = 0.0;
    for (int part = 0; part < 16; ++part) {
        for (std::size_t i = 0; i < n; ++i) {
            const double share = (double(i) + part / 16.0) / n;
            if (part % 2 == 0) {
                x[i] = T(f.from + (f.to - f.from) * share);
            } else {  // towards 0, from both sides
                const double end = part % 4 == 1 ? f.from : f.to;
                x[i] = T(end * std::pow(10.0, -7.0 * share));
            }
        }
        f.of(x.data(), y.data(), n);
        for (std::size_t i = 0; i < n; ++i) {
            const long double exact = f.exact(x[i]);
            const T rounded = T(exact);
            if (std::fabs(rounded) < std::numeric_limits<T>::min()) {
                continue;  // counts as 0
            }
            const T next = std::nextafter(std::fabs(rounded), std::numeric_limits<T>::infinity());
            const long double ulp = (long double)(next)-std::fabs((long double)(rounded));
            worst = std::max(worst, double(std::fabs(y[i] - exact) / ulp));
        }
    }
    return worst;
}

template <class T, class F>
double nanoseconds(const F& f) {
    constexpr std::size_t n = 4096, calls = 200;
    std::vector<T> x(n), y(n);
    for (std::size_t i = 0; i < n; ++i) {
        x[i] = T(f.from + (f.to - f.from) * double(i) / n);
    }
    std::vector<double> times;
    for (int k = 0; k < 9; ++k) {
        const auto start = Clock::now();
        for (std::size_t c = 0; c < calls; ++c) {
            f.of(x.data(), y.data(), n);
        }
        const std::chrono::duration<double, std::nano> took = Clock::now() - start;
        times.push_back(took.count() / double(n * calls));
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

namespace chainrule::NAMESPACE {

template <class V>
inline V softplus(V z) {
    return Softplus::value(z);
}
template <class V>
inline V gelu(V z) {
    return GELU::value(z);
}
template <class V>
inline V cdf(V z) {
    return normal_cdf(z, exp_of_half_square(abs(z)));
}

template <class T>
void measure(const char* type, double lowest) {
    using V = Wide<T>;
    const Function<T> functions[] = {
        FUNCTION(exp, std::exp(z), lowest, -lowest),
        FUNCTION(expm1, std::expm1(z), -30.0, 30.0),
        FUNCTION(tanh, std::tanh(z), -12.0, 12.0),
        FUNCTION(sigmoid, 1 / (1 + std::exp(-z)), lowest, -lowest),
        FUNCTION(softplus, std::fmax(z, 0.0L) + std::log1p(std::exp(-std::fabs(z))), lowest, 30.0),
        FUNCTION(log, std::log(z), 1e-30, 8.0),
        FUNCTION(log1p, std::log1p(z), -0.99, 8.0),
        FUNCTION(cdf, std::erfc(-z / std::sqrt(2.0L)) / 2, -12.0, 8.0),
        FUNCTION(gelu, z * std::erfc(-z / std::sqrt(2.0L)) / 2, -12.0, 8.0),
    };
    for (const Function<T>& f : functions) {
        std::printf("{\"function\": \"%s\", \"type\": \"%s\", \"ulp\": %.2f, \"ns\": %.3f}%s\n",
                    f.name, type, largest_error<T>(f), nanoseconds<T>(f),
                    sizeof(T) == 8 && &f == functions + 8 ? "" : ",");
    }
}

}  // namespace chainrule::NAMESPACE

int main() {
    std::printf("[");
    NAMESPACE::measure<float>("float32", -87.0);
    NAMESPACE::measure<double>("float64", -708.0);
    std::printf("]\n");
}
