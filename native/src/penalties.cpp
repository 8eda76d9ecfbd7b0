#include "chainrule/penalties/base.hpp"
#include "chainrule/penalties/list.hpp"

#include <optional>

namespace chainrule {

std::vector<std::string> penalty_names() { return Penalties::names(); }

template <class T>
Penalty<T> make_penalty(const Description& penalty) {
    using Result = std::optional<Penalty<T>>;
    return *Penalties::make<Result>(
        "penalty", penalty.name, [&]<class F>(std::type_identity<F>) -> Result {
            return Penalty<T>(penalty.values, elementwise<T>().penalties[Penalties::index<F>]);
        });
}

template Penalty<float> make_penalty(const Description&);
template Penalty<double> make_penalty(const Description&);

}  // namespace chainrule
