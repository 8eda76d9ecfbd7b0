// The interpreter's lock, while the core works and when the interpreter ends.
#pragma once

#include <nanobind/nanobind.h>

namespace chainrule::bindings {

/// The lock given up until the end of the scope. A thread that would take it back after the
/// interpreter has begun to end sleeps for ever: Python would unwind its stack through frames that
/// cannot be unwound, and abort.
class Released {
  public:
    Released();
    ~Released();
    Released(const Released&) = delete;
    Released& operator=(const Released&) = delete;

  private:
    PyThreadState* state_;
};

/// The lock taken until the end of the scope, inside of `Released`; not `there` while the
/// interpreter ends.
class Held {
  public:
    Held();
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    explicit operator bool() const { return there_; }

  private:
    bool there_;
    PyGILState_STATE state_{};
};

/// Has the calls of other threads end when the interpreter does.
void bind_exit(nanobind::module_& m);

}  // namespace chainrule::bindings
