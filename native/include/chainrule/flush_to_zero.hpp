// Numbers too small for the full precision of their type count as 0 while we compute.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace chainrule {

/// For as long as it lives, the thread takes subnormal numbers (below 1.2e-38 in float32, 2.2e-308
/// in float64) as 0. Averages of the gradients of a silent unit decay to them, and arithmetic on
/// them is many times slower. FlushToZero(false) suspends that, for a call into other code.
class FlushToZero {
  public:
    explicit FlushToZero(bool on = true) : before_(get()) {
        set(on ? before_ | both : before_ & ~both);
    }
    ~FlushToZero() { set(before_); }
    FlushToZero(const FlushToZero&) = delete;
    FlushToZero& operator=(const FlushToZero&) = delete;

  private:
#if defined(__SSE2__)
    using Word = unsigned;
    static constexpr Word both = 0x8000 | 0x0040;  // results, operands
    static Word get() { return _mm_getcsr(); }
    static void set(Word word) { _mm_setcsr(word); }
#elif defined(__aarch64__)
    using Word = std::uint64_t;
    static constexpr Word both = Word(1) << 24;  // results and operands
    static Word get() {
        Word word;
        asm volatile("mrs %0, fpcr" : "=r"(word));
        return word;
    }
    static void set(Word word) { asm volatile("msr fpcr, %0" : : "r"(word) : "memory"); }
#else
    using Word = unsigned;
    static constexpr Word both = 0;
    static Word get() { return 0; }
    static void set(Word) {}
#endif

    Word before_;
};

}  // namespace chainrule
