#include "chainrule/activations/base.hpp"
#include "chainrule/activations/list.hpp"

namespace chainrule {

namespace {

/// An activation from its functions for the instruction set in use.
template <class T>
class KernelActivation final : public Activation<T> {
  public:
    explicit KernelActivation(const ActivationKernel<T>& kernel) : kernel_(kernel) {}

    void value(const T* z, T* a, std::size_t rows, std::size_t units) const override {
        kernel_.value(z, a, rows, units);
    }

    void vjp(const T* z, const T* a, T* grad, std::size_t rows, std::size_t units) const override {
        kernel_.vjp(z, a, grad, rows, units);
    }

  private:
    ActivationKernel<T> kernel_;
};

}  // namespace

std::vector<std::string> activation_names() { return Activations::names(); }

template <class T>
const ActivationKernel<T>& activation_kernel(std::string_view name) {
    using Result = const ActivationKernel<T>*;
    return *Activations::make<Result>(
        "activation", name, []<class F>(std::type_identity<F>) -> Result {
            return &elementwise<T>().activations[Activations::index<F>];
        });
}

template <class T>
std::unique_ptr<Activation<T>> make_activation(std::string_view name) {
    return std::make_unique<KernelActivation<T>>(activation_kernel<T>(name));
}

template const ActivationKernel<float>& activation_kernel(std::string_view);
template const ActivationKernel<double>& activation_kernel(std::string_view);
template std::unique_ptr<Activation<float>> make_activation(std::string_view);
template std::unique_ptr<Activation<double>> make_activation(std::string_view);

}  // namespace chainrule
