// native_tests sets | fits FIRST COUNT | shapes FIRST COUNT | together | predictions | interrupts |
// failures | forks
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "chainrule/kernels.hpp"
#include "checks.hpp"

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "sets") {
        for (const std::string& name : chainrule::instruction_sets()) {
            std::printf("%s\n", name.c_str());
        }
        return 0;
    }
    if (what == "fits" && argc == 4) {
        print_fits(std::stoull(argv[2]), std::stoull(argv[3]));
        return 0;
    }
    const std::map<std::string, std::function<std::string()>> checks{
        {"shapes", [&] { return shapes(std::stoull(argv[2]), std::stoull(argv[3])); }},
        {"together", together},
        {"predictions", predictions},
        {"interrupts", interrupts},
        {"failures", failures},
        {"forks", forks},
    };
    const auto check = checks.find(what);
    if (check == checks.end() || argc != (what == "shapes" ? 4 : 2)) {
        std::fprintf(stderr, "what? %s\n", what.c_str());
        return 2;
    }
    try {
        std::printf("%s: %s\n", chainrule::instruction_set().name, check->second().c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", what.c_str(), error.what());
        return 1;
    }
}
