// Runs the blocks of a launch.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "module.h"

namespace fluxo {

struct Launch {
  std::string name;
  const Module* module;
  const Kernel* kernel;
  dim3 grid, block;
  unsigned shared_bytes;
  // Static and dynamic shared memory must not be more than this.
  unsigned most_shared_bytes;
};

// Runs every block on the calling thread, each CUDA thread as a fiber. With a seed other than 0 the blocks come in a random order, and warps run ahead of one
// another by chance; without, threads run in the order of their numbers from one meeting to the next.
//
// Throws Failure.
void run_blocks(const Launch& launch, void* const* arguments, uint64_t seed);

// Runs something that touches memory by addresses that were given: a fault of the processor becomes a Failure.
void run_guarded(const std::string& name, void (*what)(void*), void* argument);

template <class F> void guarded(const std::string& name, F&& what) {
  run_guarded(name, [](void* argument) { (*(F*)argument)(); }, &what);
}

}
