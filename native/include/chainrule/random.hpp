// Randomness as a function of a seed and a position: random.py in C++, with equal results.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace chainrule {

using Words = std::array<std::uint32_t, 4>;

/// What a sequence is for: it keeps sequences with the same seed apart.
enum class Purpose : std::uint32_t { order = 0, dropout = 1, parameters = 2, split = 3 };

/// Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011): four random words for a counter under a seed.
inline Words philox(Words c, std::uint64_t seed) {
    std::uint32_t k0 = static_cast<std::uint32_t>(seed);
    std::uint32_t k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return c;
}

/// The numbers 0..n-1 in random order: Durstenfeld's shuffle, from the last place down; place i is
/// exchanged with place floor(word * (i + 1) / 2^32).
inline void permutation(std::uint64_t seed, std::uint64_t position, std::int64_t* order,
                        std::size_t n) {
    if (n > 0xFFFFFFFF) {
        throw std::length_error("no more than 2^32 - 1 rows can be shuffled");
    }
    for (std::size_t i = 0; i < n; ++i) {
        order[i] = static_cast<std::int64_t>(i);
    }
    Words words{};
    for (std::size_t k = 0; k + 1 < n; ++k) {
        if (k % 4 == 0) {
            words =
                philox({static_cast<std::uint32_t>(k / 4), 0, static_cast<std::uint32_t>(position),
                        static_cast<std::uint32_t>(Purpose::order)},
                       seed);
        }
        const std::size_t i = n - 1 - k;
        const std::size_t j = (std::uint64_t{words[k % 4]} * (i + 1)) >> 32;
        const std::int64_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/// The position of one layer's randomness.
struct Key {
    std::uint64_t seed = 0;
    std::uint64_t update = 0;
    std::size_t layer = 0;
};

/// write(unit, kept) for every unit of one row of a batch: kept where its word is >= rate 2^32.
template <class Write>
void keep_mask(const Key& key, std::size_t row, std::size_t units, double rate, Write&& write) {
    const auto threshold = static_cast<std::uint64_t>(rate * 4294967296.0);
    const std::uint32_t purpose =
        static_cast<std::uint32_t>(Purpose::dropout) | static_cast<std::uint32_t>(key.layer << 8);
    for (std::size_t block = 0; 4 * block < units; ++block) {
        const Words words =
            philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(row),
                    static_cast<std::uint32_t>(key.update), purpose},
                   key.seed);
        for (std::size_t k = 0; k < 4 && 4 * block + k < units; ++k) {
            write(4 * block + k, words[k] >= threshold);
        }
    }
}

}  // namespace chainrule
