// Numbers too small for the full precision of their type count as 0 while we compute.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace chainrule {

/// For as long as it lives, the thread takes subnormal numbers (below 1.2e-38 in float32, 2.2e-308
/// in float64) as 0. Averages of the gradients of a silent unit decay to them, and arithmetic on
/// them is many times slower. FlushToZero(false) suspends that, for a call into other code.
class FlushToZero {
  public:
#if defined(__SSE2__)
    explicit FlushToZero(bool on = true) : before_(_mm_getcsr()) {
        constexpr unsigned flush_results = 0x8000, flush_operands = 0x0040;
        constexpr unsigned both = flush_results | flush_operands;
        _mm_setcsr(on ? before_ | both : before_ & ~both);
    }
    ~FlushToZero() { _mm_setcsr(before_); }
#else
    explicit FlushToZero(bool = true) {}
#endif
    FlushToZero(const FlushToZero&) = delete;
    FlushToZero& operator=(const FlushToZero&) = delete;

#if defined(__SSE2__)
  private:
    unsigned before_;
#endif
};

}  // namespace chainrule
