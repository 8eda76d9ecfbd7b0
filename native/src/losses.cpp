#include "chainrule/elementwise.hpp"
#include "chainrule/losses/base.hpp"
#include "chainrule/losses/from_logits.hpp"
#include "chainrule/losses/list.hpp"

namespace chainrule {

namespace {

/// The form of a loss that takes z; the loss itself where it has none.
template <class F>
struct OfLogits {
    using Type = F;
};
template <>
struct OfLogits<CrossEntropy> {
    using Type = SoftmaxCrossEntropy;
};
template <>
struct OfLogits<BinaryCrossEntropy> {
    using Type = SigmoidBinaryCrossEntropy;
};
template <>
struct OfLogits<Poisson> {
    using Type = ExpPoisson;
};

}  // namespace

std::vector<std::string> loss_names() { return Losses::names(); }

template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool from_logits) {
    using Result = std::unique_ptr<Loss<T>>;
    const Hyperparameters& values = loss.values;
    const Elementwise<T>& kernels = elementwise<T>();
    const auto made = [&]<class F>(std::type_identity<F>, const LossKernel<T>& kernel) {
        return std::make_unique<Loss<T>>(std::make_shared<F>(values, n_out),
                                         static_cast<T>(values.number("factor")), n_out, kernel);
    };
    if (loss.name == JointLoss::name && !from_logits) {
        return made(std::type_identity<JointLoss>(),
                    kernels.table_losses[TableLosses::index<JointLoss>]);
    }
    return Losses::make<Result>("loss", loss.name, [&]<class F>(std::type_identity<F> f) -> Result {
        using OfZ = typename OfLogits<F>::Type;
        if (!from_logits) {
            return made(f, kernels.losses[Losses::index<F>]);
        }
        if constexpr (!std::is_same_v<OfZ, F>) {
            return made(std::type_identity<OfZ>(), kernels.logit_losses[LogitLosses::index<OfZ>]);
        } else {
            throw std::invalid_argument(std::string(F::name) + " takes no logits");
        }
    });
}

template std::unique_ptr<Loss<float>> make_loss(const Description&, std::size_t, bool);
template std::unique_ptr<Loss<double>> make_loss(const Description&, std::size_t, bool);

}  // namespace chainrule
