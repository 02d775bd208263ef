// What every function of the libraries does around its own work.
#pragma once
#include "context.h"

#define FLUXO_API extern "C" __attribute__((visibility("default"))) int

namespace fluxo {

// The text of the last failure of this thread; cuGetErrorString adds it to the driver's sentence.
void remember(const Failure& failure);
std::string remembered(int status);

// Runs one call under the device's lock. `ready` says whether the call needs a device that works.
template <class F> int answer(bool ready, F&& call) {
  try {
    Context& context = Context::get();
    std::lock_guard<std::recursive_mutex> hold(context.lock);
    if (ready) {
      require(context.initialized, NOT_INITIALIZED, "cuInit has not been called");
      if (context.broken) throw *context.broken;
    }
    call(context);
    return SUCCESS;
  } catch (const Failure& failure) {
    remember(failure);
    return failure.status;
  }
}

}
