// The driver's functions: streams, graphs, events.
#include "api.h"

using namespace fluxo;
using std::chrono::steady_clock;

FLUXO_API cuStreamCreate(void** handle, unsigned flags) {
  return answer(true, [&](Context& context) {
    require(handle && flags <= 1, INVALID_VALUE, "cuStreamCreate: flags are 0 or 1");
    *handle = context.streams.add(std::make_shared<Stream>(Stream{flags == 0, {}, {}}));
  });
}

// What the stream still holds is done first.
FLUXO_API cuStreamDestroy_v2(void* handle) {
  return answer(true, [&](Context& context) {
    const auto stream = context.streams.get(handle);
    context.refuse_while_capturing(*stream, "cuStreamDestroy");
    context.drain(*stream);
    context.streams.remove(handle);
  });
}

FLUXO_API cuStreamSynchronize(void* handle) {
  return answer(true, [&](Context& context) {
    Stream& stream = context.stream(handle);
    context.refuse_while_capturing(stream, "cuStreamSynchronize");
    if (&stream == &context.default_stream) {
      context.refuse_implicit("cuStreamSynchronize of the default stream");
      context.drain_default();
    } else {
      context.drain(stream);
    }
  });
}

// One thing of the stream is done in each call, so that who asks again and again comes to an end.
FLUXO_API cuStreamQuery(void* handle) {
  return answer(true, [&](Context& context) {
    Stream& stream = context.stream(handle);
    context.refuse_while_capturing(stream, "cuStreamQuery");
    if (stream.queue.empty()) return;
    context.advance(stream);
    fail(NOT_READY, "the stream has work left");
  });
}

// ---- capture

FLUXO_API cuStreamBeginCapture_v2(void* handle, int mode) {
  return answer(true, [&](Context& context) {
    Stream& stream = context.stream(handle);
    require(&stream != &context.default_stream, CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
    require(mode >= 0 && mode <= 2, INVALID_VALUE, "there is no such mode of capture");
    require(!stream.capture, INVALID_VALUE, "the stream is captured already");
    stream.capture = Capture{{}, (CaptureMode)mode, std::this_thread::get_id(), false};
  });
}

FLUXO_API cuStreamEndCapture(void* handle, void** graph) {
  return answer(true, [&](Context& context) {
    Stream& stream = context.stream(handle);
    require(graph != nullptr, INVALID_VALUE, "a pointer for a result is null");
    *graph = nullptr;
    require(stream.capture.has_value(), CAPTURE_UNMATCHED, "the stream is not captured");
    require(stream.capture->mode == CaptureMode::RELAXED || stream.capture->thread == std::this_thread::get_id(), CAPTURE_WRONG_THREAD,
            "another thread has begun the capture");
    Capture capture = std::move(*stream.capture);
    stream.capture.reset();
    require(!capture.invalidated, CAPTURE_INVALIDATED, "the capture has been lost by a call that is not permitted while it lasts");
    *graph = context.graphs.add(std::make_shared<Graph>(std::move(capture.graph)));
  });
}

FLUXO_API cuStreamIsCapturing(void* handle, int* status) {
  return answer(true, [&](Context& context) {
    require(status != nullptr, INVALID_VALUE, "a pointer for a result is null");
    const Stream& stream = context.stream(handle);
    *status = !stream.capture ? 0 : stream.capture->invalidated ? 2 : 1;
  });
}

// ---- graphs

FLUXO_API cuGraphGetNodes(void* handle, void** nodes, size_t* count) {
  return answer(true, [&](Context& context) {
    const auto graph = context.graphs.get(handle);
    require(count != nullptr, INVALID_VALUE, "a pointer for a result is null");
    const size_t most = *count;
    *count = graph->nodes.size();
    if (!nodes) return;
    for (size_t i = 0; i < most; i++) nodes[i] = i < graph->nodes.size() ? (void*)&graph->nodes[i] : nullptr;
    if (most < *count) *count = most;
  });
}

FLUXO_API cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long flags) {
  return answer(true, [&](Context& context) {
    require(executable && flags == 0, INVALID_VALUE, "cuGraphInstantiate: the emulator knows no flags");
    *executable = context.executables.add(std::make_shared<Graph>(*context.graphs.get(graph)));
  });
}

FLUXO_API cuGraphLaunch(void* executable, void* handle) {
  return answer(true, [&](Context& context) {
    Stream& stream = context.stream(handle);
    const auto graph = context.executables.get(executable);
    // One after another, so that what a node does at a copy can still be seen between launches.
    context.enqueue(stream, [graph] { for (const Operation& node : graph->nodes) node(); });
  });
}

FLUXO_API cuGraphExecDestroy(void* executable) {
  return answer(true, [&](Context& context) { context.executables.remove(executable); });
}

FLUXO_API cuGraphDestroy(void* graph) {
  return answer(true, [&](Context& context) { context.graphs.remove(graph); });
}

// ---- events

FLUXO_API cuEventCreate(void** handle, unsigned) {
  return answer(true, [&](Context& context) {
    require(handle != nullptr, INVALID_VALUE, "a pointer for a result is null");
    *handle = context.events.add(std::make_shared<Event>());
  });
}

FLUXO_API cuEventDestroy_v2(void* handle) {
  return answer(true, [&](Context& context) { context.events.remove(handle); });
}

FLUXO_API cuEventRecord(void* handle, void* stream_handle) {
  return answer(true, [&](Context& context) {
    const auto event = context.events.get(handle);
    Stream& stream = context.stream(stream_handle);
    event->recorded = true;
    event->captured = stream.capture.has_value();
    event->stream = &stream == &context.default_stream ? nullptr : context.streams.get(stream_handle);
    if (event->captured) {
      context.enqueue(stream, [] {});
      return;
    }
    const uint64_t number = ++event->asked;
    context.enqueue(stream, [event, number] {
      event->reached = number;
      event->time = steady_clock::now();
    });
  });
}

FLUXO_API cuEventSynchronize(void* handle) {
  return answer(true, [&](Context& context) {
    const auto event = context.events.get(handle);
    require(!event->captured, CAPTURED_EVENT, "the event has been recorded in a capture");
    Stream& stream = event->stream ? *event->stream : context.default_stream;
    const uint64_t number = event->asked;
    while (event->reached < number && !stream.queue.empty()) context.advance(stream);
  });
}

FLUXO_API cuEventElapsedTime_v2(float* milliseconds, void* from, void* to) {
  return answer(true, [&](Context& context) {
    const auto first = context.events.get(from), second = context.events.get(to);
    require(milliseconds != nullptr, INVALID_VALUE, "a pointer for a result is null");
    require(first->recorded && second->recorded && !first->captured && !second->captured, INVALID_HANDLE, "an event has not been recorded in a stream");
    require(first->reached == first->asked && second->reached == second->asked, NOT_READY, "an event has not been reached");
    *milliseconds = std::chrono::duration<float, std::milli>(second->time - first->time).count();
  });
}
