#include "chainrule/optimizers/list.hpp"

#include "chainrule/elementwise.hpp"

namespace chainrule {

namespace {

/// An optimizer from a rule, with the update of the instruction set in use.
template <class T, class Rule>
class KernelOptimizer final : public Optimizer<T> {
  public:
    KernelOptimizer(const Hyperparameters& values, typename Elementwise<T>::Update update)
        : rule_(values), update_(update) {}

    std::size_t n_slots() const override { return rule_.n_slots(); }
    bool descends() const override { return std::is_same_v<Rule, SGD> && n_slots() == 0; }

    void update(const ParameterSpan<T>& part, std::uint64_t t,
                double learning_rate) const override {
        const auto numbers = rule_.template coefficients<T>(t, learning_rate);
        update_(&numbers, part);
    }

  private:
    Rule rule_;
    typename Elementwise<T>::Update update_;
};

}  // namespace

std::vector<std::string> optimizer_names() { return Optimizers::names(); }

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const Description& optimizer) {
    using Result = std::unique_ptr<Optimizer<T>>;
    return Optimizers::make<Result>(
        "optimizer", optimizer.name, [&]<class Rule>(std::type_identity<Rule>) -> Result {
            return std::make_unique<KernelOptimizer<T, Rule>>(
                optimizer.values, elementwise<T>().optimizers[Optimizers::index<Rule>]);
        });
}

template std::unique_ptr<Optimizer<float>> make_optimizer(const Description&);
template std::unique_ptr<Optimizer<double>> make_optimizer(const Description&);

}  // namespace chainrule
