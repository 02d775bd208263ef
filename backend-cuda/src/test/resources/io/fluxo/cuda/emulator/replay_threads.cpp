// Runs blocks for a sanitizer: each CUDA thread is a thread of the system, and nothing but the kernel's own barriers orders them. Blocks run side by side, so
// that a race between blocks is one.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "block.h"
#include <algorithm>
#include <atomic>
#include "failure.h"

// Only there under AddressSanitizer.
extern "C" void __asan_poison_memory_region(const volatile void*, size_t) __attribute__((weak));
extern "C" void __asan_unpoison_memory_region(const volatile void*, size_t) __attribute__((weak));

namespace fluxo {

namespace {

const unsigned LANES = 32;
// So many threads run side by side, of two blocks at least.
const unsigned WAVE_THREADS = 1024;
const size_t ZONE_BYTES = 128;

void poison(void* at, size_t bytes) {
  if (__asan_poison_memory_region) __asan_poison_memory_region(at, bytes);
}

void unpoison(void* at, size_t bytes) {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(at, bytes);
}

// Where the static shared variables of a launch lie in every block's room. ThreadSanitizer must not see its lock: it would order threads that the kernel does not.
class Places {
 public:
  explicit Places(size_t dynamic_bytes) : next_(above(dynamic_bytes)) {}

  __attribute__((no_sanitize("thread"))) size_t of(const void* key, size_t bytes) {
    while (__atomic_exchange_n(&locked_, 1, __ATOMIC_ACQUIRE)) {}
    int i = 0;
    while (i < count_ && keys_[i] != key) i++;
    if (i == count_) {
      if (count_ == MOST) abort();
      keys_[count_] = key;
      offsets_[count_++] = next_;
      next_ = above(next_ + bytes);
    }
    const size_t offset = offsets_[i];
    __atomic_store_n(&locked_, 0, __ATOMIC_RELEASE);
    return offset;
  }

 private:
  static const int MOST = 64;
  __attribute__((no_sanitize("thread"))) static size_t above(size_t end) { return (end + 2 * ZONE_BYTES - 1) / ZONE_BYTES * ZONE_BYTES; }

  int locked_ = 0, count_ = 0;
  size_t next_;
  const void* keys_[MOST];
  size_t offsets_[MOST];
};

class Barrier {
 public:
  explicit Barrier(unsigned threads) : threads_(threads) {}

  unsigned wait(bool predicate) {
    std::unique_lock<std::mutex> hold(lock_);
    votes_ += predicate;
    if (++waiting_ == threads_) {
      result_ = votes_;
      waiting_ = votes_ = 0;
      turn_++;
      changed_.notify_all();
    } else {
      const unsigned turn = turn_;
      changed_.wait(hold, [&] { return turn_ != turn; });
    }
    return result_;
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  unsigned threads_, waiting_ = 0, votes_ = 0, result_ = 0, turn_ = 0;
};

class Warp {
 public:
  void join(unsigned lane) { present_ |= 1u << lane; }

  void meet(unsigned lane, unsigned mask, Combine combine, void* argument) {
    std::unique_lock<std::mutex> hold(lock_);
    masks_[lane] = mask;
    combines_[lane] = combine;
    arguments_[lane] = argument;
    waiting_ |= 1u << lane;
    complete(mask);
    changed_.wait(hold, [&] { return !(waiting_ >> lane & 1); });
  }
  void leave(unsigned lane) {
    std::unique_lock<std::mutex> hold(lock_);
    present_ &= ~(1u << lane);
    for (unsigned other = 0; other < LANES; other++) if (waiting_ >> other & 1) complete(masks_[other]);
  }

 private:
  void complete(unsigned mask) {
    const unsigned lanes = mask & present_;
    if (lanes & ~waiting_) return;
    const Combine combine = combines_[__builtin_ctz(lanes)];
    for (unsigned lane = 0; lane < LANES; lane++) if ((lanes >> lane & 1) && (masks_[lane] != mask || combines_[lane] != combine)) return;
    combine(arguments_, lanes);
    waiting_ &= ~lanes;
    changed_.notify_all();
  }

  std::mutex lock_;
  std::condition_variable changed_;
  unsigned present_ = 0, waiting_ = 0;
  unsigned masks_[LANES];
  Combine combines_[LANES];
  void* arguments_[LANES];
};

struct Block {
  dim3 index;
  Barrier barrier;
  std::vector<Warp> warps;
  size_t room_bytes;
  std::unique_ptr<unsigned char[]> room;
  unsigned char* shared;

  Block(const Launch& launch, dim3 index, unsigned threads)
      : index(index), barrier(threads), warps((threads + LANES - 1) / LANES), room_bytes(launch.most_shared_bytes + 66 * 2 * ZONE_BYTES), room(new unsigned char[room_bytes]) {
    for (unsigned i = 0; i < threads; i++) warps[i / LANES].join(i % LANES);
    memset(room.get(), 0xcd, room_bytes);
    shared = (unsigned char*)(((uintptr_t)room.get() + ZONE_BYTES - 1) / ZONE_BYTES * ZONE_BYTES);
    poison(room.get(), room_bytes);
    unpoison(shared, launch.shared_bytes);
  }
  ~Block() { unpoison(room.get(), room_bytes); }
};

struct Copy {
  void* to;
  const void* from;
};

struct Strand {
  Thread thread;
  Block* block;
  Places* places;
  std::string* kernel;
  std::vector<std::vector<Copy>> copies;
};

Strand& strand_of(Thread* thread) { return *(Strand*)thread; }

const Runtime RUNTIME = {
    [](Thread* thread, bool predicate, int) { return strand_of(thread).block->barrier.wait(predicate); },
    [](Thread* thread, unsigned mask, Combine combine, void* argument, int) {
      strand_of(thread).block->warps[thread->warp].meet(thread->lane, mask, combine, argument);
    },
    [](Thread* thread) { return (void*)strand_of(thread).block->shared; },
    [](Thread* thread, const void* key, Size bytes, Size, const char*) {
      unsigned char* place = strand_of(thread).block->shared + strand_of(thread).places->of(key, bytes);
      unpoison(place, bytes);
      return (void*)place;
    },
    [](Thread* thread, void* to, const void* from, int) { strand_of(thread).copies.back().push_back({to, from}); },
    [](Thread* thread) { strand_of(thread).copies.emplace_back(); },
    [](Thread* thread, unsigned open) {
      auto& groups = strand_of(thread).copies;
      while (groups.size() - 1 > open) {
        for (const Copy& copy : groups.front()) memcpy(copy.to, copy.from, 16);
        groups.erase(groups.begin());
      }
    },
    [](Thread*) {},
    [](Thread* thread, int, const char* message, int line) {
      fprintf(stderr, "kernel %s, thread %u, line %d: %s\n", strand_of(thread).kernel->c_str(), thread->number, line, message);
      _Exit(3);
    },
};

// Every CUDA thread of every block is a thread of the system: one that ran parts of two blocks would carry the order of its first block's barriers into the second.
void run_wave(const Launch& launch, void* const* arguments, Places& places, std::vector<std::unique_ptr<Block>>& blocks, unsigned count) {
  std::string name = launch.name;
  std::vector<std::thread> threads;
  // All begin at once: what a thread of the system did that has ended is forgotten sooner than what others do. The gate orders nothing, being relaxed.
  std::atomic<bool> open{false};
  for (auto& block : blocks) {
    for (unsigned number = 0; number < count; number++) {
      threads.emplace_back([&, number] {
        const dim3& size = launch.block;
        const dim3& index = block->index;
        Strand strand = {{{number % size.x, number / size.x % size.y, number / size.x / size.y}, {index.x, index.y, index.z}, size, launch.grid, number, number % LANES,
                          number / LANES},
                         block.get(), &places, &name, std::vector<std::vector<Copy>>(1)};
        while (!open.load(std::memory_order_relaxed)) std::this_thread::yield();
        launch.module->enter(&strand.thread);
        launch.kernel->call(arguments);
        block->warps[strand.thread.warp].leave(strand.thread.lane);
      });
    }
  }
  open.store(true, std::memory_order_relaxed);
  for (std::thread& thread : threads) thread.join();
}

}

void run_blocks(const Launch& launch, void* const* arguments, uint64_t) {
  launch.module->use(&RUNTIME);
  const unsigned count = launch.block.x * launch.block.y * launch.block.z;
  const size_t blocks = (size_t)launch.grid.x * launch.grid.y * launch.grid.z;
  Places places(launch.shared_bytes);
  const size_t together = std::max(2u, WAVE_THREADS / count);
  for (size_t first = 0; first < blocks; first += together) {
    std::vector<std::unique_ptr<Block>> wave;
    for (size_t i = first; i < blocks && i < first + together; i++) {
      const dim3 index((unsigned)(i % launch.grid.x), (unsigned)(i / launch.grid.x % launch.grid.y), (unsigned)(i / launch.grid.x / launch.grid.y));
      wave.push_back(std::make_unique<Block>(launch, index, count));
    }
    run_wave(launch, arguments, places, wave, count);
  }
}

}
