// Rows of a matrix that codes name, in the place of products with zeros and ones: included inside
// the namespace of each instruction set.

template <class T>
void add_rows(const T* W, const T* s, const std::uint32_t* codes, std::size_t each, T* z,
              std::size_t rows, std::size_t n, bool rectify) {
    for (std::size_t r = 0; r < rows; ++r, z += n) {
        for (std::size_t c = 0; c < each; ++c) {
            const std::size_t k = *codes++;
            if (k == no_row) {
                continue;
            }
            const T *w = W + k * n, factor = s == nullptr ? T(1) : s[k];
            for_each_number<T>(n, [=](std::size_t j, auto lanes) __attribute__((always_inline)) {
                (at(z + j, lanes) + factor * at(w + j, lanes)).put(z + j, lanes);
            });
        }
        for (std::size_t j = 0; rectify && j < n; ++j) {
            z[j] = z[j] > T(0) ? z[j] : T(0);
        }
    }
}

template <class T>
std::size_t scatter_rows(const T* delta, const std::uint32_t* codes, std::size_t each,
                         std::size_t rows, std::size_t n, T* sums, std::uint32_t* touched,
                         std::uint8_t* marks) {
    std::size_t found = 0;
    for (std::size_t r = 0; r < rows; ++r, delta += n) {
        for (std::size_t c = 0; c < each; ++c) {
            const std::uint32_t k = *codes++;
            if (k == no_row) {
                continue;
            }
            if (marks[k] == 0) {
                marks[k] = 1;
                touched[found++] = k;
            }
            T* sum = sums + k * n;
            for_each_number<T>(n, [=](std::size_t j, auto lanes) __attribute__((always_inline)) {
                (at(sum + j, lanes) + at(delta + j, lanes)).put(sum + j, lanes);
            });
        }
    }
    for (std::size_t i = 0; i < found; ++i) {
        marks[touched[i]] = 0;
    }
    return found;
}

/// The product is added up in 16 sums, whatever the width of a vector.
template <class T>
T add_sum(T s, const T* w, T* sum, T* g, std::size_t n) {
    constexpr std::size_t P = 16;
    T parts[P] = {}, dot = 0;
    for (std::size_t j = 0; w != nullptr && j < n; j += P) {
        if (j + P <= n) {
            for (std::size_t i = 0; i < P; ++i) {
                parts[i] += w[j + i] * sum[j + i];
            }
        } else {
            for (std::size_t i = 0; j + i < n; ++i) {
                parts[i] += w[j + i] * sum[j + i];
            }
        }
    }
    for (std::size_t i = 0; i < P; ++i) {
        dot += parts[i];
    }
    for_each_number<T>(n, [=](std::size_t j, auto lanes) __attribute__((always_inline)) {
        const auto total = at(sum + j, lanes);
        (at(g + j, lanes) + s * total).put(g + j, lanes);
        std::remove_cv_t<decltype(total)>(0).put(sum + j, lanes);
    });
    return dot;
}
