#include "chainrule/activations/list.hpp"

namespace chainrule {

std::vector<std::string> activation_names() { return Activations::names(); }

template <class T>
std::unique_ptr<Activation<T>> make_activation(std::string_view name) {
    using Result = std::unique_ptr<Activation<T>>;
    return Activations::make<Result>(
        "activation", name, []<class F>(std::type_identity<F>) -> Result {
            if constexpr (std::is_same_v<F, Softmax>) {
                return std::make_unique<SoftmaxActivation<T>>();
            } else {
                return std::make_unique<ElementwiseActivation<T, F>>();
            }
        });
}

template std::unique_ptr<Activation<float>> make_activation(std::string_view);
template std::unique_ptr<Activation<double>> make_activation(std::string_view);

}  // namespace chainrule
