// The emulator's own functions, for tests.
#include "api.h"

using namespace fluxo;

// Another order of threads, the same whenever it is asked for; 0 is the plain one.
FLUXO_API fluxo_emulator_seed(unsigned long long seed) {
  return answer(false, [&](Context& context) {
    context.seed = seed;
    context.seeded = 0;
  });
}

// All is destroyed, also an error that stays.
FLUXO_API fluxo_emulator_reset() {
  return answer(false, [&](Context& context) { context.reset(); });
}

FLUXO_API fluxo_emulator_capability(int major, int minor) {
  return answer(false, [&](Context& context) { context.capability = 10 * major + minor; });
}

// How much memory the device has.
FLUXO_API fluxo_emulator_memory(size_t bytes) {
  return answer(false, [&](Context& context) { context.memory.set_capacity(bytes); });
}

// What is allocated now, and how many kernels have run.
FLUXO_API fluxo_emulator_counts(size_t* allocations, size_t* bytes, unsigned long long* launches) {
  return answer(false, [&](Context& context) {
    *allocations = context.memory.count();
    *bytes = context.memory.used();
    *launches = context.launches;
  });
}

// Writes a trace to the folder from now on; null ends it.
FLUXO_API fluxo_emulator_trace(const char* folder) {
  return answer(false, [&](Context& context) { context.trace.begin(folder); });
}
