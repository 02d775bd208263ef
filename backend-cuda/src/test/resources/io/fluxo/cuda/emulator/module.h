// What a compiled module of kernels and the emulator know of each other. Kernels see this file, so it includes nothing: CUDA's run-time compiler gives them no
// headers either.
#pragma once

struct uint3 { unsigned x, y, z; };
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

namespace fluxo {

typedef __SIZE_TYPE__ Size;

// A CUDA thread while it runs. `number` counts the threads of its block, x first.
struct Thread {
  uint3 thread_index, block_index;
  dim3 block_size, grid_size;
  unsigned number, lane, warp;
};

// Does what lanes of a warp do together, once all of them have come: arguments[i] is what lane i brought; only those of `lanes` are there.
typedef void (*Combine)(void* const* arguments, unsigned lanes);

// What the emulator does for a kernel. `line` is that of the kernel's source.
struct Runtime {
  // Waits for all threads of the block; returns for how many of them `predicate` holds.
  unsigned (*barrier)(Thread*, bool predicate, int line);
  // Waits for the lanes in `mask`, of which the last one combines.
  void (*meet)(Thread*, unsigned mask, Combine combine, void* argument, int line);
  void* (*dynamic_shared)(Thread*);
  // The place of a shared variable in this block; `key` is an address that stands for the variable.
  void* (*static_shared)(Thread*, const void* key, Size bytes, Size alignment, const char* name);
  void (*copy_async)(Thread*, void* to, const void* from, int line);
  void (*commit_copies)(Thread*);
  // Makes the copies of all groups but the last `open` ones.
  void (*await_copies)(Thread*, unsigned open);
  // Here another thread may run.
  void (*pause)(Thread*);
  // Ends the kernel with an error of the driver. Does not return.
  void (*fault)(Thread*, int status, const char* message, int line);
};

struct Parameter {
  Size bytes, alignment;
  bool pointer;
};

struct Kernel {
  const char* name;
  void (*call)(void* const* arguments);
  const Parameter* parameters;
  unsigned count;
  // The most threads of a block, by __launch_bounds__; 0 without.
  unsigned bound;
};

struct Module {
  // Of the emulator's sources: a module that another one compiled is refused.
  const char* fingerprint;
  const Kernel* kernels;
  unsigned count;
  void (*use)(const Runtime*);
  // Makes the thread the one that the module's code is running.
  void (*enter)(Thread*);
};

}
