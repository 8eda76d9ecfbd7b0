#include "gil.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace nb = nanobind;

namespace chainrule::bindings {

namespace {

/// Whether the interpreter ends; the thread that ends it works on as ever.
std::atomic<bool> ending{false};
std::thread::id ender;

/// Threads outside of the interpreter, which will want its lock again, and this one's share.
std::atomic<int> outside{0};
thread_local int own = 0;

void count(int change) {
    outside += change;
    own += change;
}

[[noreturn]] void sleep_for_ever() {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

bool is_barred() { return ending.load() && std::this_thread::get_id() != ender; }

/// Called by Python before it ends, with the lock: calls under way are given up, and threads that
/// would come back into the interpreter stay out.
void end() {
    ender = std::this_thread::get_id();
    ending = true;
    constexpr auto longest = std::chrono::seconds(5);
    const auto begun = std::chrono::steady_clock::now();
    PyThreadState* state = PyEval_SaveThread();
    while (outside.load() > 0 && std::chrono::steady_clock::now() - begun < longest) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    PyEval_RestoreThread(state);
}

}  // namespace

Released::Released() {
    count(1);
    state_ = PyEval_SaveThread();
    if (is_barred()) {
        count(-1);
        sleep_for_ever();
    }
}

Released::~Released() {
    if (is_barred()) {
        count(-1);
        sleep_for_ever();
    }
    PyEval_RestoreThread(state_);
    count(-1);
}

Held::Held() : there_(!is_barred()) {
    if (there_) {
        state_ = PyGILState_Ensure();
    }
}

Held::~Held() {
    if (there_) {
        PyGILState_Release(state_);
    }
}

void bind_exit(nb::module_& m) {
    m.def("_end", &end, "The interpreter ends: calls of other threads are given up.");
#if defined(__unix__) || defined(__APPLE__)
    pthread_atfork(nullptr, nullptr, [] { outside = own; });  // a child has this thread alone
#endif
    nb::module_::import_("atexit").attr("register")(m.attr("_end"));
}

}  // namespace chainrule::bindings
