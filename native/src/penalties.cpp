#include "chainrule/penalties/base.hpp"
#include "chainrule/penalties/list.hpp"

namespace chainrule {

std::vector<std::string> penalty_names() { return Penalties::names(); }

template <class T>
std::unique_ptr<Penalty<T>> make_penalty(const Description& penalty) {
    using Result = std::unique_ptr<Penalty<T>>;
    return Penalties::make<Result>(
        "penalty", penalty.name, [&]<class F>(std::type_identity<F>) -> Result {
            return std::make_unique<ElementwisePenalty<T, F>>(penalty.numbers);
        });
}

template std::unique_ptr<Penalty<float>> make_penalty(const Description&);
template std::unique_ptr<Penalty<double>> make_penalty(const Description&);

}  // namespace chainrule
