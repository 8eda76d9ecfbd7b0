// Lists of the built-in types of one kind.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace chainrule {

/// Types with a `name`, that of the Python class.
template <class... Items>
struct List {
    static std::vector<std::string> names() { return {std::string(Items::name)...}; }

    template <class Item>
    static constexpr bool has = (std::is_same_v<Item, Items> || ...);

    /// The position of an item.
    template <class Item>
    static constexpr std::size_t index = [] {
        std::size_t i = 0;
        (void)((std::is_same_v<Item, Items> || (++i, false)) || ...);
        return i;
    }();

    /// make(type_identity<Item>) for the item of that name.
    template <class Result, class Make>
    static Result make(const char* kind, std::string_view name, Make&& make) {
        Result result{};
        const bool found =
            ((Items::name == name && (result = make(std::type_identity<Items>{}), true)) || ...);
        if (!found) {
            throw std::invalid_argument("unknown " + std::string(kind) + " " + std::string(name));
        }
        return result;
    }
};

}  // namespace chainrule
