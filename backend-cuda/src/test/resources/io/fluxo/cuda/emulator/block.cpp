#include "block.h"

#include <csignal>
#include <cstring>
#include <memory>
#include <numeric>
#include <utility>

#include "failure.h"
#include "fibers.h"
#include "shared_memory.h"

namespace fluxo {

namespace {

const unsigned LANES = 32;

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  unsigned below(unsigned bound) { return (unsigned)(next() % bound); }
  void shuffle(unsigned* values, size_t count) {
    for (size_t i = count; i > 1; i--) std::swap(values[i - 1], values[below((unsigned)i)]);
  }

 private:
  uint64_t state_;
};

enum class State { READY, AT_BARRIER, AT_MEETING, GONE };

struct Copy {
  void* to;
  const void* from;
};

struct Strand {
  Thread thread;
  Fiber fiber;
  State state;
  int line;
  // A meeting of lanes.
  unsigned mask;
  Combine combine;
  void* argument;
  // Groups of copies that have been asked for; the last one is still open.
  std::vector<std::vector<Copy>> copies;
};

struct Warp {
  // Bits of lanes: those that the block has and that have not left, and those that wait at a meeting.
  unsigned present, waiting;
};

// Runs one block after another; the fibers and their stacks are kept for the next launch.
class Executor {
 public:
  void run(const Launch& launch, void* const* arguments, uint64_t seed);
  void guard(const std::string& name, void (*what)(void*), void* argument);

  unsigned barrier(Strand& strand, bool predicate, int line);
  void meet(Strand& strand, unsigned mask, Combine combine, void* argument, int line);
  void* static_shared(Strand& strand, const void* key, size_t bytes, size_t alignment, const char* name);
  void* dynamic_shared() { return shared_->dynamic(); }
  void await_copies(Strand& strand, unsigned open);
  void pause(Strand& strand);
  [[noreturn]] void fault(Strand& strand, int status, const std::string& what, int line);
  Strand& current() { return *current_; }
  bool runs() const { return current_ != nullptr; }

  // The body of each fiber.
  void body();

 private:
  void run_block(dim3 index);
  void in_order();
  void by_chance();
  void step(Strand& strand);
  bool complete(unsigned warp, unsigned mask);
  void leave(Strand& strand);
  std::string deadlock() const;

  const Launch* launch_ = nullptr;
  void* const* arguments_ = nullptr;
  std::unique_ptr<SharedMemory> shared_;
  std::unique_ptr<Random> random_;
  std::vector<std::unique_ptr<Strand>> strands_;
  std::vector<Warp> warps_;
  unsigned count_ = 0;
  // Of the block: threads that have left, that wait at the barrier, how many of them bring a true predicate, and the last barrier's result.
  unsigned gone_ = 0, waiting_ = 0, votes_ = 0, result_ = 0;
  bool progress_ = false;
  bool failed_ = false;
  Failure failure_;
  Strand* current_ = nullptr;
};

thread_local Executor executor;

// ---- what kernels call

Strand& strand_of(Thread* thread) { return *(Strand*)thread; }

const Runtime RUNTIME = {
    [](Thread* thread, bool predicate, int line) { return executor.barrier(strand_of(thread), predicate, line); },
    [](Thread* thread, unsigned mask, Combine combine, void* argument, int line) { executor.meet(strand_of(thread), mask, combine, argument, line); },
    [](Thread*) { return executor.dynamic_shared(); },
    [](Thread* thread, const void* key, Size bytes, Size alignment, const char* name) {
      return executor.static_shared(strand_of(thread), key, bytes, alignment, name);
    },
    [](Thread* thread, void* to, const void* from, int line) {
      const bool aligned = ((uintptr_t)to | (uintptr_t)from) % 16 == 0;
      if (!aligned) executor.fault(strand_of(thread), MISALIGNED_ADDRESS, "a copy of 16 bytes needs addresses that 16 divides", line);
      strand_of(thread).copies.back().push_back({to, from});
    },
    [](Thread* thread) { strand_of(thread).copies.emplace_back(); },
    [](Thread* thread, unsigned open) { executor.await_copies(strand_of(thread), open); },
    [](Thread* thread) { executor.pause(strand_of(thread)); },
    [](Thread* thread, int status, const char* message, int line) { executor.fault(strand_of(thread), status, message, line); },
};

// ---- faults of the processor

const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
struct sigaction former[NSIG];

// The JVM has handlers of its own, which get all that does not come from a kernel.
void on_signal(int signal, siginfo_t* info, void* context) {
  if (executor.runs()) {
    // The fiber is given up where it stands.
    if (signal == SIGFPE) executor.fault(executor.current(), LAUNCH_FAILED, "an integer is divided by zero", 0);
    executor.fault(executor.current(), ILLEGAL_ADDRESS, text("the address %#llx is touched", (unsigned long long)(uintptr_t)info->si_addr), 0);
  }
  const struct sigaction& next = former[signal];
  if (next.sa_flags & SA_SIGINFO) next.sa_sigaction(signal, info, context);
  else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN) next.sa_handler(signal);
  else sigaction(signal, &next, nullptr);
}

void catch_signals() {
  static const bool done = [] {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    for (int signal : SIGNALS) sigaction(signal, &action, &former[signal]);
    return true;
  }();
  (void)done;
}

// ---- the executor

void Executor::run(const Launch& launch, void* const* arguments, uint64_t seed) {
  catch_signals();
  launch_ = &launch;
  arguments_ = arguments;
  random_ = seed ? std::make_unique<Random>(seed) : nullptr;
  shared_ = std::make_unique<SharedMemory>(launch);
  count_ = launch.block.x * launch.block.y * launch.block.z;
  while (strands_.size() < count_) strands_.push_back(std::make_unique<Strand>());
  launch.module->use(&RUNTIME);
  std::vector<unsigned> order((size_t)launch.grid.x * launch.grid.y * launch.grid.z);
  std::iota(order.begin(), order.end(), 0u);
  if (random_) random_->shuffle(order.data(), order.size());
  for (unsigned number : order) {
    run_block({number % launch.grid.x, number / launch.grid.x % launch.grid.y, number / launch.grid.x / launch.grid.y});
  }
}

void Executor::run_block(dim3 index) {
  shared_->clear();
  gone_ = waiting_ = votes_ = 0;
  warps_.assign((count_ + LANES - 1) / LANES, {0, 0});
  for (unsigned i = 0; i < count_; i++) {
    warps_[i / LANES].present |= 1u << i % LANES;
    Strand& strand = *strands_[i];
    const dim3& size = launch_->block;
    strand.thread = {{i % size.x, i / size.x % size.y, i / size.x / size.y}, {index.x, index.y, index.z}, size, launch_->grid, i, i % LANES, i / LANES};
    strand.state = State::READY;
    strand.copies.assign(1, {});
    strand.fiber.begin([] { executor.body(); });
  }
  while (gone_ < count_) {
    progress_ = false;
    if (random_) by_chance();
    in_order();
    if (!progress_) {
      failed_ = true;
      failure_ = {LAUNCH_FAILED, text("kernel %s, block (%u, %u, %u): %s", launch_->name.c_str(), index.x, index.y, index.z, deadlock().c_str())};
    }
    if (failed_) {
      failed_ = false;
      throw failure_;
    }
  }
  if (const char* name = shared_->overrun()) {
    fail(LAUNCH_FAILED, text("kernel %s, block (%u, %u, %u): there is a write beyond the end of %s", launch_->name.c_str(), index.x, index.y, index.z, name));
  }
}

void Executor::in_order() {
  for (unsigned i = 0; i < count_ && !failed_; i++) if (strands_[i]->state == State::READY) step(*strands_[i]);
}

// One warp runs ahead of the others, its lanes in another order each time.
void Executor::by_chance() {
  const unsigned warps = (count_ + LANES - 1) / LANES, first = random_->below(warps) * LANES, end = first + LANES < count_ ? first + LANES : count_;
  unsigned lanes[LANES];
  std::iota(lanes, lanes + (end - first), first);
  for (unsigned rounds = 1 + random_->below(64); rounds > 0; rounds--) {
    random_->shuffle(lanes, end - first);
    bool ran = false;
    for (unsigned i = 0; i < end - first && !failed_; i++) {
      if (strands_[lanes[i]]->state != State::READY) continue;
      step(*strands_[lanes[i]]);
      ran = true;
    }
    if (!ran) return;
  }
}

void Executor::step(Strand& strand) {
  progress_ = true;
  current_ = &strand;
  launch_->module->enter(&strand.thread);
  strand.fiber.enter();
  current_ = nullptr;
}

void Executor::body() {
  launch_->kernel->call(arguments_);
  Strand& strand = *current_;
  leave(strand);
  strand.fiber.leave();
}

void Executor::leave(Strand& strand) {
  if (waiting_ > 0) fault(strand, LAUNCH_FAILED, "divergent barrier: this thread leaves the kernel while others wait at __syncthreads", 0);
  strand.state = State::GONE;
  gone_++;
  // Lanes may have waited for this one alone.
  Warp& warp = warps_[strand.thread.warp];
  warp.present &= ~(1u << strand.thread.lane);
  for (unsigned lane = 0; lane < LANES; lane++) {
    if (warp.waiting >> lane & 1) complete(strand.thread.warp, strands_[strand.thread.warp * LANES + lane]->mask);
  }
}

unsigned Executor::barrier(Strand& strand, bool predicate, int line) {
  if (gone_ > 0) fault(strand, LAUNCH_FAILED, text("divergent barrier: %u threads have left the kernel before this __syncthreads", gone_), line);
  if (waiting_ > 0) {
    for (unsigned i = 0; i < count_; i++) {
      if (strands_[i]->state != State::AT_BARRIER || strands_[i]->line == line) continue;
      fault(strand, LAUNCH_FAILED, text("divergent barrier: thread %u waits at the __syncthreads of line %d", i, strands_[i]->line), line);
    }
  }
  strand.line = line;
  strand.state = State::AT_BARRIER;
  waiting_++;
  votes_ += predicate;
  if (waiting_ == count_) {
    result_ = votes_;
    waiting_ = votes_ = 0;
    for (unsigned i = 0; i < count_; i++) strands_[i]->state = State::READY;
    progress_ = true;
    if (!random_) return result_;
  }
  strand.fiber.leave();
  return result_;
}

void Executor::meet(Strand& strand, unsigned mask, Combine combine, void* argument, int line) {
  if (!(mask >> strand.thread.lane & 1)) fault(strand, LAUNCH_FAILED, text("lane %u is not in the mask %#x that it gives", strand.thread.lane, mask), line);
  strand.line = line;
  strand.mask = mask;
  strand.combine = combine;
  strand.argument = argument;
  strand.state = State::AT_MEETING;
  warps_[strand.thread.warp].waiting |= 1u << strand.thread.lane;
  if (complete(strand.thread.warp, mask) && !random_) return;
  strand.fiber.leave();
}

// Lets the lanes of the mask go on if all that have not left are there.
bool Executor::complete(unsigned number, unsigned mask) {
  Warp& warp = warps_[number];
  const unsigned lanes = mask & warp.present, first = number * LANES;
  if (lanes & ~warp.waiting) return false;
  const Combine combine = strands_[first + __builtin_ctz(lanes)]->combine;
  void* arguments[LANES];
  for (unsigned lane = 0; lane < LANES; lane++) {
    if (!(lanes >> lane & 1)) continue;
    const Strand& other = *strands_[first + lane];
    if (other.mask != mask || other.combine != combine) return false;
    arguments[lane] = other.argument;
  }
  combine(arguments, lanes);
  for (unsigned lane = 0; lane < LANES; lane++) if (lanes >> lane & 1) strands_[first + lane]->state = State::READY;
  warp.waiting &= ~lanes;
  progress_ = true;
  return true;
}

void* Executor::static_shared(Strand& strand, const void* key, size_t bytes, size_t alignment, const char* name) {
  void* place = shared_->place(key, bytes, alignment, name);
  if (!place) fault(strand, LAUNCH_FAILED, text("no room for %zu bytes of shared memory, %s, in %u bytes", bytes, name, launch_->most_shared_bytes), 0);
  return place;
}

void Executor::await_copies(Strand& strand, unsigned open) {
  auto& groups = strand.copies;
  while (groups.size() - 1 > open) {
    for (const Copy& copy : groups.front()) memcpy(copy.to, copy.from, 16);
    groups.erase(groups.begin());
  }
}

void Executor::pause(Strand& strand) {
  if (random_ && random_->below(4) == 0) strand.fiber.leave();
}

void Executor::fault(Strand& strand, int status, const std::string& what, int line) {
  const Thread& thread = strand.thread;
  failed_ = true;
  failure_ = {status, text("kernel %s, block (%u, %u, %u), thread (%u, %u, %u)%s: %s", launch_->name.c_str(), thread.block_index.x, thread.block_index.y,
                           thread.block_index.z, thread.thread_index.x, thread.thread_index.y, thread.thread_index.z,
                           line > 0 ? text(", line %d", line).c_str() : "", what.c_str())};
  strand.fiber.leave();
  __builtin_unreachable();
}

// Who waits where, when nobody can go on.
std::string Executor::deadlock() const {
  std::string waiting;
  unsigned listed = 0;
  for (unsigned i = 0; i < count_ && listed < 4; i++) {
    const Strand& strand = *strands_[i];
    if (i > 0 && strands_[i - 1]->state == strand.state && strands_[i - 1]->line == strand.line && strands_[i - 1]->mask == strand.mask) continue;
    if (strand.state == State::AT_BARRIER) waiting += text("; from thread %u on: at the __syncthreads of line %d", i, strand.line);
    else if (strand.state == State::AT_MEETING) waiting += text("; from thread %u on: in line %d, for the lanes %#x", i, strand.line, strand.mask);
    else waiting += text("; from thread %u on: gone", i);
    listed++;
  }
  return "divergent barrier: threads wait for one another for ever" + waiting;
}

void Executor::guard(const std::string& name, void (*what)(void*), void* argument) {
  // As a launch of one thread that has no module.
  catch_signals();
  struct Work {
    void (*what)(void*);
    void* argument;
  } work = {what, argument};
  static const Kernel KERNEL = {"", [](void* const* arguments) { ((Work*)arguments)->what(((Work*)arguments)->argument); }, nullptr, 0, 0};
  static const Module MODULE = {"", nullptr, 0, [](const Runtime*) {}, [](Thread*) {}};
  const Launch launch = {name, &MODULE, &KERNEL, {1, 1, 1}, {1, 1, 1}, 0, 0};
  run(launch, (void* const*)&work, 0);
}

}

void run_blocks(const Launch& launch, void* const* arguments, uint64_t seed) { executor.run(launch, arguments, seed); }

void run_guarded(const std::string& name, void (*what)(void*), void* argument) { executor.guard(name, what, argument); }

}
