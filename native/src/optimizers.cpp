#include "chainrule/optimizers/list.hpp"

namespace chainrule {

std::vector<std::string> optimizer_names() { return Optimizers::names(); }

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const Description& optimizer) {
    using Result = std::unique_ptr<Optimizer<T>>;
    return Optimizers::make<Result>(
        "optimizer", optimizer.name, [&]<class Rule>(std::type_identity<Rule>) -> Result {
            return std::make_unique<ElementwiseOptimizer<T, Rule>>(optimizer.numbers);
        });
}

template std::unique_ptr<Optimizer<float>> make_optimizer(const Description&);
template std::unique_ptr<Optimizer<double>> make_optimizer(const Description&);

}  // namespace chainrule
