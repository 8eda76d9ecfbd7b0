#include "chainrule/elementwise.hpp"
#include "chainrule/losses/base.hpp"
#include "chainrule/losses/canonical.hpp"
#include "chainrule/losses/list.hpp"

namespace chainrule {

namespace {

/// A loss, a factor times F, from its functions for the instruction set in use.
template <class T, class F>
class KernelLoss final : public Loss<T> {
  public:
    KernelLoss(const Numbers& numbers, std::size_t n_out, const LossKernel<T>& kernel)
        : f_(numbers, n_out),
          factor_(static_cast<T>(numbers.number("factor"))),
          n_out_(n_out),
          kernel_(kernel) {}

    void value(const T* a, const T* y, T* losses, std::size_t rows) const override {
        kernel_.value(&f_, factor_, a, y, losses, rows, n_out_);
    }

    void gradient(const T* a, const T* y, T* grad, std::size_t rows) const override {
        kernel_.gradient(&f_, factor_, a, y, grad, rows, n_out_);
    }

    void of_one(const T* a, const T* y, T* losses, T* grad, std::size_t rows) const override {
        kernel_.of_one(&f_, factor_, a, y, losses, grad, rows);
    }

  private:
    F f_;
    T factor_;
    std::size_t n_out_;
    LossKernel<T> kernel_;
};

/// The form of a loss that takes z; the loss itself where it has none.
template <class F>
struct Fused {
    using Type = F;
};
template <>
struct Fused<CrossEntropy> {
    using Type = SoftmaxCrossEntropy;
};
template <>
struct Fused<BinaryCrossEntropy> {
    using Type = SigmoidBinaryCrossEntropy;
};
template <>
struct Fused<Poisson> {
    using Type = ExpPoisson;
};

}  // namespace

std::vector<std::string> loss_names() { return Losses::names(); }

template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool fused) {
    using Result = std::unique_ptr<Loss<T>>;
    const Numbers& numbers = loss.numbers;
    const Elementwise<T>& kernels = elementwise<T>();
    return Losses::make<Result>("loss", loss.name, [&]<class F>(std::type_identity<F>) -> Result {
        using OfZ = typename Fused<F>::Type;
        if (!fused) {
            return std::make_unique<KernelLoss<T, F>>(numbers, n_out,
                                                      kernels.losses[Losses::index<F>]);
        }
        if constexpr (!std::is_same_v<OfZ, F>) {
            return std::make_unique<KernelLoss<T, OfZ>>(
                numbers, n_out, kernels.fused_losses[FusedLosses::index<OfZ>]);
        } else {
            throw std::invalid_argument(std::string(F::name) + " has no fused form");
        }
    });
}

template std::unique_ptr<Loss<float>> make_loss(const Description&, std::size_t, bool);
template std::unique_ptr<Loss<double>> make_loss(const Description&, std::size_t, bool);

}  // namespace chainrule
