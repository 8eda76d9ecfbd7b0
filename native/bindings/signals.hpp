// Python's signals, heard from inside the core.
#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <functional>
#include <utility>

#include "gil.hpp"

namespace chainrule::bindings {

/// Lets Python's signal handlers run. A KeyboardInterrupt is cleared, since a report states it;
/// anything else that a handler raises is kept for the end.
class Signals {
  public:
    /// @param also what else is called each time, with the GIL; what it raises is kept, too.
    explicit Signals(std::function<void()> also = nullptr) : also_(std::move(also)) {}

    bool arrived() {
        const Held held;
        if (!held) {  // the interpreter ends
            return true;
        }
        if (PyErr_CheckSignals() != 0) {
            if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
                PyErr_Clear();
                interrupted_ = true;
            } else {
                raised_ = std::make_exception_ptr(nanobind::python_error());
            }
        } else if (also_ && !interrupted_ && !raised_) {
            try {
                also_();
            } catch (const nanobind::python_error& error) {
                if (error.matches(PyExc_KeyboardInterrupt)) {
                    interrupted_ = true;
                } else {
                    raised_ = std::current_exception();
                }
            } catch (...) {
                raised_ = std::current_exception();
            }
        }
        return interrupted_ || raised_;
    }

    /// Whether it was a KeyboardInterrupt.
    bool interrupted() const { return interrupted_; }

    /// What else was raised, if anything, is thrown now.
    void rethrow() const {
        if (raised_) {
            std::rethrow_exception(raised_);
        }
    }

    /// What was raised, a KeyboardInterrupt included, is thrown now: for calls without a report.
    void rethrow_all() const {
        rethrow();
        if (interrupted_) {
            PyErr_SetNone(PyExc_KeyboardInterrupt);
            throw nanobind::python_error();
        }
    }

  private:
    std::function<void()> also_;
    bool interrupted_ = false;
    std::exception_ptr raised_;
};

}  // namespace chainrule::bindings
