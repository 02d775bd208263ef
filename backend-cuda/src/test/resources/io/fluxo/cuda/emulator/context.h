// The emulated device with all that lives on it. One lock guards it: calls of the driver happen one after another.
//
// What is put into a stream is done when somebody waits for it, not before, as late as a real device might: so a host buffer that is changed too early, or read too
// early, shows.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "block.h"
#include "failure.h"
#include "handles.h"
#include "memory.h"
#include "trace.h"

namespace fluxo {

typedef std::function<void()> Operation;

struct Graph {
  std::vector<Operation> nodes;
};

enum class CaptureMode { GLOBAL = 0, THREAD_LOCAL = 1, RELAXED = 2 };

struct Capture {
  Graph graph;
  CaptureMode mode;
  std::thread::id thread;
  bool invalidated;
};

struct Stream {
  // Whether it waits for the default stream, and that one for it.
  bool blocking;
  std::deque<Operation> queue;
  std::optional<Capture> capture;
};

struct Event {
  bool recorded = false, captured = false;
  // How often it has been recorded, and how many of these records have been reached.
  uint64_t asked = 0, reached = 0;
  std::chrono::steady_clock::time_point time;
  std::shared_ptr<Stream> stream;
};

struct LoadedModule {
  void* library = nullptr;
  const Module* module = nullptr;
  std::string source;
  ~LoadedModule();
};

struct Function {
  std::shared_ptr<LoadedModule> module;
  const Kernel* kernel;
  int dynamic_shared_bytes;
};

class Context {
 public:
  static Context& get();

  std::recursive_mutex lock;
  bool initialized = false;
  unsigned retained = 0;
  int capability = 90;
  Memory memory;
  std::unordered_map<void*, size_t> pinned;
  Stream default_stream{true, {}, {}};
  Handles<Stream> streams{"stream", 1};
  Handles<Event> events{"event", 2};
  Handles<Graph> graphs{"graph", 3};
  Handles<Graph> executables{"executable graph", 4};
  Handles<LoadedModule> modules{"module", 5};
  Handles<Function> functions{"function", 6};
  // An error in work of the device stays: every later call has it.
  std::optional<Failure> broken;
  uint64_t seed = 0;
  // Kernels since the seed was given, and in all.
  uint64_t seeded = 0;
  uint64_t launches = 0;
  Trace trace;

  // A stream by its handle; no handle is the default stream.
  Stream& stream(void* handle);
  // Puts work into a stream, or into the graph that it is captured to.
  void enqueue(Stream& stream, Operation operation);
  // Does all that is in the stream.
  void drain(Stream& stream);
  void drain_all();
  // Does what the default stream has to wait for.
  void drain_default();
  // Does the first thing in the stream.
  void advance(Stream& stream);

  // For calls that must not happen while something is captured: fails, and the capture is lost.
  void refuse_while_capturing(Stream& stream, const char* call);
  void refuse_unsafe(const char* call);
  // For calls on the default stream, which would wait for streams that are captured.
  void refuse_implicit(const char* call);

  // Everything is destroyed, as when the process begins.
  void reset();

 private:
  Context();
  void check_after_work();
};

}
