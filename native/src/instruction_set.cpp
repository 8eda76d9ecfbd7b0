#include <cstdlib>
#include <string_view>

#include "chainrule/kernels.hpp"

namespace chainrule {

namespace portable {
extern const InstructionSet set;
}
#ifdef CHAINRULE_X86
namespace avx2 {
extern const InstructionSet set;
}
namespace avx512 {
extern const InstructionSet set;
}
#endif
#ifdef CHAINRULE_NEON
namespace neon {
extern const InstructionSet set;
}
#endif

namespace {

std::vector<const InstructionSet*> supported_sets() {
    std::vector<const InstructionSet*> sets;
#ifdef CHAINRULE_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
            sets.push_back(&avx512::set);
        }
        sets.push_back(&avx2::set);
    }
#endif
#ifdef CHAINRULE_NEON
    sets.push_back(&neon::set);  // every 64-bit processor of ARM's has it
#endif
    sets.push_back(&portable::set);
    return sets;
}

const InstructionSet* find(std::string_view name) {
    for (const InstructionSet* set : supported_sets()) {
        if (set->name == name) {
            return set;
        }
    }
    return nullptr;
}

std::string_view asked_for() {
    const char* name = std::getenv("CHAINRULE_ISA");
    return name == nullptr ? "" : name;
}

const InstructionSet& chosen = []() -> const InstructionSet& {
    const InstructionSet* set = find(asked_for());
    return set != nullptr ? *set : *supported_sets().front();
}();

}  // namespace

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const InstructionSet* set : supported_sets()) {
        names.emplace_back(set->name);
    }
    return names;
}

const InstructionSet& instruction_set() { return chosen; }

std::string instruction_set_note() {
    const std::string name(asked_for());
    if (name.empty() || name == chosen.name) {
        return "";
    }
    return "CHAINRULE_ISA (=" + name + ") is not there; " + chosen.name + " is used";
}

template <>
const MatrixKernels<float>& matrix_kernels() {
    return chosen.of_float;
}

template <>
const MatrixKernels<double>& matrix_kernels() {
    return chosen.of_double;
}

template <>
const Elementwise<float>& elementwise() {
    return chosen.elementwise_of_float;
}

template <>
const Elementwise<double>& elementwise() {
    return chosen.elementwise_of_double;
}

template <>
const SmallKernels<float>& small_kernels() {
    return chosen.small_of_float;
}

template <>
const SmallKernels<double>& small_kernels() {
    return chosen.small_of_double;
}

}  // namespace chainrule
