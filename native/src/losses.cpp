#include "chainrule/losses/canonical.hpp"
#include "chainrule/losses/list.hpp"

namespace chainrule {

std::vector<std::string> loss_names() { return Losses::names(); }

template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool fused) {
    using Result = std::unique_ptr<Loss<T>>;
    const Numbers& numbers = loss.numbers;
    return Losses::make<Result>("loss", loss.name, [&]<class F>(std::type_identity<F>) -> Result {
        if (!fused) {
            return std::make_unique<ElementwiseLoss<T, F>>(numbers, n_out);
        }
        if constexpr (std::is_same_v<F, CrossEntropy>) {
            return std::make_unique<SoftmaxCrossEntropy<T>>(numbers, n_out);
        } else if constexpr (std::is_same_v<F, BinaryCrossEntropy>) {
            return std::make_unique<ElementwiseLoss<T, SigmoidBinaryCrossEntropy>>(numbers, n_out);
        } else if constexpr (std::is_same_v<F, Poisson>) {
            return std::make_unique<ElementwiseLoss<T, ExpPoisson>>(numbers, n_out);
        } else {
            throw std::invalid_argument(std::string(F::name) + " has no fused form");
        }
    });
}

template std::unique_ptr<Loss<float>> make_loss(const Description&, std::size_t, bool);
template std::unique_ptr<Loss<double>> make_loss(const Description&, std::size_t, bool);

}  // namespace chainrule
