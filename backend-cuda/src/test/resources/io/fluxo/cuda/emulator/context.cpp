#include "context.h"

#include <dlfcn.h>

#include <cstdlib>

namespace fluxo {

namespace {

// A real device does not wait for ever with its work.
const size_t MOST_WAITING = 20000;
const size_t DEFAULT_MEMORY = (size_t)4 << 30;

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* value = getenv(variable);
  return value && *value ? strtoull(value, nullptr, 10) : otherwise;
}

}

LoadedModule::~LoadedModule() {
  if (library) dlclose(library);
}

Context& Context::get() {
  // Never destroyed: calls may come until the very end of the process.
  static Context* context = new Context();
  return *context;
}

Context::Context() : memory(number_from("FLUXO_EMULATOR_MEMORY", DEFAULT_MEMORY)), trace(getenv("FLUXO_EMULATOR_TRACE")) {
  seed = number_from("FLUXO_EMULATOR_SEED", 0);
  capability = (int)number_from("FLUXO_EMULATOR_CAPABILITY", 90);
}

Stream& Context::stream(void* handle) {
  if (handle == nullptr || handle == (void*)1) return default_stream;  // CU_STREAM_LEGACY
  return *streams.get(handle);
}

void Context::enqueue(Stream& stream, Operation operation) {
  if (stream.capture) {
    require(!stream.capture->invalidated, CAPTURE_INVALIDATED, "the capture has been lost by an earlier call");
    stream.capture->graph.nodes.push_back(std::move(operation));
    return;
  }
  if (&stream == &default_stream) refuse_implicit("work in the default stream");
  // The default stream and the blocking ones are done in one order.
  if (&stream == &default_stream) for (const auto& [_, other] : streams.all()) if (other->blocking) drain(*other);
  if (&stream != &default_stream && stream.blocking) drain(default_stream);
  stream.queue.push_back(std::move(operation));
  if (stream.queue.size() > MOST_WAITING) drain(stream);
}

void Context::advance(Stream& stream) {
  const Operation operation = std::move(stream.queue.front());
  stream.queue.pop_front();
  try {
    operation();
  } catch (const Failure& failure) {
    broken = failure;
    stream.queue.clear();
    throw;
  }
}

void Context::drain(Stream& stream) {
  const bool worked = !stream.queue.empty();
  while (!stream.queue.empty()) advance(stream);
  if (worked) check_after_work();
}

void Context::drain_default() {
  drain(default_stream);
  for (const auto& [_, stream] : streams.all()) if (stream->blocking && !stream->capture) drain(*stream);
}

void Context::drain_all() {
  drain(default_stream);
  for (const auto& [_, stream] : streams.all()) drain(*stream);
}

void Context::check_after_work() {
  try {
    memory.check_all();
  } catch (const Failure& failure) {
    broken = failure;
    throw;
  }
}

void Context::refuse_while_capturing(Stream& stream, const char* call) {
  if (!stream.capture) return;
  stream.capture->invalidated = true;
  fail(CAPTURE_UNSUPPORTED, text("%s on a stream that is captured", call));
}

void Context::refuse_unsafe(const char* call) {
  bool refused = false;
  for (const auto& [_, stream] : streams.all()) {
    if (!stream->capture) continue;
    Capture& capture = *stream->capture;
    const bool here = capture.thread == std::this_thread::get_id();
    if (capture.mode == CaptureMode::RELAXED || (capture.mode == CaptureMode::THREAD_LOCAL && !here)) continue;
    capture.invalidated = true;
    refused = true;
  }
  if (refused) fail(CAPTURE_UNSUPPORTED, text("%s while a stream is captured", call));
}

void Context::refuse_implicit(const char* call) {
  bool refused = false;
  for (const auto& [_, stream] : streams.all()) {
    if (!stream->capture || !stream->blocking) continue;
    stream->capture->invalidated = true;
    refused = true;
  }
  if (refused) fail(CAPTURE_IMPLICIT, text("%s while a blocking stream is captured", call));
}

void Context::reset() {
  default_stream.queue.clear();
  streams = {"stream", 1};
  events = {"event", 2};
  graphs = {"graph", 3};
  executables = {"executable graph", 4};
  functions = {"function", 6};
  modules = {"module", 5};
  const size_t capacity = memory.capacity();
  memory.~Memory();
  new (&memory) Memory(capacity);
  for (const auto& [place, _] : pinned) free(place);
  pinned.clear();
  broken.reset();
  retained = 0;
}

}
