// Sine and cosine by one formula on every processor.
#pragma once

#include <type_traits>

namespace chainrule {

/// sin(2 pi t) and cos(2 pi t). With q the nearest quarter and x = 2 pi (t - q / 4), which lies in
/// -pi/4..pi/4, these are the sine and the cosine of x by their Taylor series, exchanged and with
/// other signs as the quarter says. The series end at x^16 / 16!, where terms are below 1e-15.
template <class T>
void sine_and_cosine(T t, T& sine, T& cosine) {
    constexpr T round = std::is_same_v<T, float> ? T(12582912) : T(6755399441055744);  // 1.5 * 2^m
    const T quarters = (4 * t + round) - round;
    const T x = T(6.283185307179586) * (t - quarters * T(0.25)), s = -x * x;
    const T sin_x =
        x *
        (1 +
         s / 6 *
             (1 + s / 20 *
                      (1 + s / 42 * (1 + s / 72 * (1 + s / 110 * (1 + s / 156 * (1 + s / 210)))))));
    const T cos_x =
        1 +
        s / 2 *
            (1 +
             s / 12 *
                 (1 +
                  s / 30 *
                      (1 + s / 56 * (1 + s / 90 * (1 + s / 132 * (1 + s / 182 * (1 + s / 240)))))));
    // q mod 4, in -2..2, as numbers: an exact difference.
    const T turns = (quarters * T(0.25) + round) - round, q = quarters - 4 * turns;
    const bool odd = q == 1 || q == -1, opposite = q == 2 || q == -2;
    const T a = odd ? cos_x : sin_x, b = odd ? sin_x : cos_x;
    sine = opposite || q == -1 ? -a : a;
    cosine = opposite || q == 1 ? -b : b;
}

}  // namespace chainrule
