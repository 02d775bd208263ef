// The driver's functions: devices, contexts, errors, memory.
#include <cstdlib>
#include <cstring>

#include "api.h"

namespace fluxo {

namespace {

thread_local Failure last;
// cuGetErrorString hands out pointers that stay good until the thread asks again for the same error.
thread_local std::unordered_map<int, std::string> sentences;

void* const THE_CONTEXT = (void*)0xf100;
thread_local void* context_of_thread;

int attribute(const Context& context, int number) {
  switch (number) {
    case 1: return 1024;                       // threads of a block
    case 2: case 3: return 1024;               // its sizes
    case 4: return 64;
    case 5: return 2147483647;                 // the grid's sizes
    case 6: case 7: return 65535;
    case 8: return 48 << 10;                   // shared memory of a block
    case 9: return 64 << 10;                   // constant memory
    case 10: return 32;                        // lanes of a warp
    case 12: case 82: return 64 << 10;         // registers of a block, of a multiprocessor
    case 13: return 1000000;                   // kHz
    case 16: return 16;                        // multiprocessors
    case 31: return 1;                         // kernels run side by side
    case 36: return 1000000;                   // the memory's kHz
    case 37: return 256;                       // the memory's bits
    case 38: return 4 << 20;                   // level 2's bytes
    case 39: return 2048;                      // threads of a multiprocessor
    case 40: return 1;                         // engines for copies
    case 41: return 1;                         // one address space
    case 75: return context.capability / 10;
    case 76: return context.capability % 10;
    case 81: return 228 << 10;                 // shared memory of a multiprocessor
    case 97: return 227 << 10;                 // shared memory of a block that asks for more
    case 106: return 32;                       // blocks of a multiprocessor
    case 111: return 1 << 10;                  // shared memory of a block that the system keeps
    default: return 0;
  }
}

void require_device(int device) { require(device == 0, INVALID_DEVICE, "there is one device, 0"); }

template <class T> void require_pointer(T* pointer) { require(pointer != nullptr, INVALID_VALUE, "a pointer for a result is null"); }

}

void remember(const Failure& failure) { last = failure; }

std::string remembered(int status) { return last.status == status ? last.text : ""; }

}

using namespace fluxo;

FLUXO_API cuInit(unsigned flags) {
  return answer(false, [&](Context& context) {
    require(flags == 0, INVALID_VALUE, "cuInit's flags must be 0");
    context.initialized = true;
  });
}

FLUXO_API cuDriverGetVersion(int* version) {
  return answer(false, [&](Context&) {
    require_pointer(version);
    *version = 13000;
  });
}

FLUXO_API cuGetErrorName(int status, const char** name) {
  *name = name_of(status);
  return *name ? SUCCESS : INVALID_VALUE;
}

// The driver's sentence, and what is known of the last such error.
FLUXO_API cuGetErrorString(int status, const char** sentence) {
  const char* plain = sentence_of(status);
  const std::string detail = remembered(status);
  std::string& kept = sentences[status];
  if (plain) kept = detail.empty() ? plain : std::string(plain) + ": " + detail;
  *sentence = plain ? kept.c_str() : nullptr;
  return plain ? SUCCESS : INVALID_VALUE;
}

// ---- devices

FLUXO_API cuDeviceGetCount(int* count) {
  return answer(true, [&](Context&) {
    require_pointer(count);
    *count = 1;
  });
}

FLUXO_API cuDeviceGet(int* device, int ordinal) {
  return answer(true, [&](Context&) {
    require_pointer(device);
    require_device(ordinal);
    *device = 0;
  });
}

FLUXO_API cuDeviceGetName(char* name, int length, int device) {
  return answer(true, [&](Context&) {
    require_pointer(name);
    require_device(device);
    snprintf(name, (size_t)length, "Emulated GPU");
  });
}

FLUXO_API cuDeviceGetAttribute(int* value, int number, int device) {
  return answer(true, [&](Context& context) {
    require_pointer(value);
    require_device(device);
    require(number > 0, INVALID_VALUE, "there is no such attribute");
    *value = attribute(context, number);
  });
}

FLUXO_API cuDeviceTotalMem_v2(size_t* bytes, int device) {
  return answer(true, [&](Context& context) {
    require_pointer(bytes);
    require_device(device);
    *bytes = context.memory.capacity();
  });
}

// ---- the device's context

FLUXO_API cuDevicePrimaryCtxRetain(void** handle, int device) {
  return answer(true, [&](Context& context) {
    require_pointer(handle);
    require_device(device);
    context.retained++;
    *handle = THE_CONTEXT;
  });
}

// The last release destroys all that the context holds.
FLUXO_API cuDevicePrimaryCtxRelease_v2(int device) {
  return answer(false, [&](Context& context) {
    require_device(device);
    require(context.retained > 0, INVALID_CONTEXT, "the primary context is not retained");
    if (--context.retained == 0) context.reset();
  });
}

FLUXO_API cuCtxSetCurrent(void* handle) {
  return answer(true, [&](Context& context) {
    require(handle == nullptr || (handle == THE_CONTEXT && context.retained > 0), INVALID_CONTEXT, "there is no such context");
    context_of_thread = handle;
  });
}

FLUXO_API cuCtxGetCurrent(void** handle) {
  return answer(true, [&](Context&) {
    require_pointer(handle);
    *handle = context_of_thread;
  });
}

namespace fluxo {

// For calls that concern the context of the thread they come from.
template <class F> static int in_context(F&& call) {
  return answer(true, [&](Context& context) {
    require(context_of_thread != nullptr && context.retained > 0, INVALID_CONTEXT, "no context is current in this thread");
    call(context);
  });
}

}

FLUXO_API cuCtxSynchronize() {
  return in_context([&](Context& context) {
    context.refuse_unsafe("cuCtxSynchronize");
    context.drain_all();
  });
}

// ---- memory

FLUXO_API cuMemGetInfo_v2(size_t* free, size_t* total) {
  return in_context([&](Context& context) {
    require_pointer(free);
    require_pointer(total);
    *free = context.memory.capacity() - context.memory.used();
    *total = context.memory.capacity();
  });
}

FLUXO_API cuMemAlloc_v2(Address* address, size_t bytes) {
  return in_context([&](Context& context) {
    require_pointer(address);
    context.refuse_unsafe("cuMemAlloc");
    *address = context.memory.allocate(bytes);
    context.trace.allocated(*address, bytes);
  });
}

// Waits for the device, as the real one does.
FLUXO_API cuMemFree_v2(Address address) {
  return in_context([&](Context& context) {
    if (address == 0) return;
    context.refuse_unsafe("cuMemFree");
    context.drain_all();
    if (const Allocation* allocation = context.memory.find(address)) context.memory.check(*allocation);
    context.memory.free(address);
    context.trace.freed(address);
  });
}

FLUXO_API cuMemAllocHost_v2(void** place, size_t bytes) {
  return in_context([&](Context& context) {
    require_pointer(place);
    require(bytes > 0, INVALID_VALUE, "an allocation of 0 bytes");
    context.refuse_unsafe("cuMemAllocHost");
    *place = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    require(*place != nullptr, OUT_OF_MEMORY, "the host has no more memory");
    memset(*place, 0xcd, bytes);
    context.pinned[*place] = bytes;
  });
}

FLUXO_API cuMemFreeHost(void* place) {
  return in_context([&](Context& context) {
    const auto found = context.pinned.find(place);
    require(found != context.pinned.end(), INVALID_VALUE, "cuMemFreeHost of what cuMemAllocHost has not given, or twice");
    context.refuse_unsafe("cuMemFreeHost");
    context.drain_all();
    memset(place, 0xcd, found->second);
    context.pinned.erase(found);
    free(place);
  });
}

namespace fluxo {

// The ranges are looked at when the copy is asked for, and again when it is made: the memory may have been freed in between, where a graph holds the copy.
static Operation upload(Context& context, Address to, const void* from, size_t bytes) {
  context.memory.require_range(to, bytes, "a copy to the device");
  return [&context, to, from, bytes] {
    context.memory.require_range(to, bytes, "a copy to the device").touched_by = "a copy to the device";
    guarded("a copy to the device", [&] { memcpy((void*)to, from, bytes); });
    context.trace.written(to, (void*)to, bytes);
  };
}

static Operation download(Context& context, void* to, Address from, size_t bytes) {
  context.memory.require_range(from, bytes, "a copy to the host");
  return [&context, to, from, bytes] {
    context.memory.require_range(from, bytes, "a copy to the host");
    guarded("a copy to the host", [&] { memcpy(to, (void*)from, bytes); });
  };
}

static Operation set(Context& context, Address to, unsigned value, size_t value_bytes, size_t count) {
  context.memory.require_range(to, value_bytes * count, "cuMemset");
  require(to % value_bytes == 0, INVALID_VALUE, "cuMemset needs an address that its values' size divides");
  return [&context, to, value, value_bytes, count] {
    context.memory.require_range(to, value_bytes * count, "cuMemset").touched_by = "cuMemset";
    if (value_bytes == 1) memset((void*)to, (int)value, count);
    else for (size_t i = 0; i < count; i++) ((unsigned*)to)[i] = value;
    context.trace.filled(to, value, value_bytes, count);
  };
}

static int copy_now(const char* call, const std::function<Operation(Context&)>& operation) {
  return in_context([&](Context& context) {
    context.refuse_implicit(call);
    context.refuse_unsafe(call);
    Operation copy = operation(context);
    context.drain_default();
    copy();
  });
}

static int copy_later(void* stream, const std::function<Operation(Context&)>& operation) {
  return in_context([&](Context& context) { context.enqueue(context.stream(stream), operation(context)); });
}

}

FLUXO_API cuMemcpyHtoD_v2(Address to, const void* from, size_t bytes) {
  return copy_now("cuMemcpyHtoD", [=](Context& context) { return upload(context, to, from, bytes); });
}

FLUXO_API cuMemcpyDtoH_v2(void* to, Address from, size_t bytes) {
  return copy_now("cuMemcpyDtoH", [=](Context& context) { return download(context, to, from, bytes); });
}

FLUXO_API cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t bytes, void* stream) {
  return copy_later(stream, [=](Context& context) { return upload(context, to, from, bytes); });
}

FLUXO_API cuMemcpyDtoHAsync_v2(void* to, Address from, size_t bytes, void* stream) {
  return copy_later(stream, [=](Context& context) { return download(context, to, from, bytes); });
}

FLUXO_API cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, void* stream) {
  return copy_later(stream, [=](Context& context) -> Operation {
    context.memory.require_range(to, bytes, "a copy on the device");
    context.memory.require_range(from, bytes, "a copy on the device");
    return [&context, to, from, bytes] {
      context.memory.require_range(from, bytes, "a copy on the device");
      context.memory.require_range(to, bytes, "a copy on the device").touched_by = "a copy on the device";
      // Where the ranges overlap, CUDA leaves the result undefined.
      require(to + bytes <= from || from + bytes <= to || to == from, LAUNCH_FAILED, "a copy on the device between ranges that overlap");
      memmove((void*)to, (void*)from, bytes);
      context.trace.copied(to, from, bytes);
    };
  });
}

FLUXO_API cuMemsetD8Async(Address to, unsigned char value, size_t count, void* stream) {
  return copy_later(stream, [=](Context& context) { return set(context, to, value, 1, count); });
}

FLUXO_API cuMemsetD32Async(Address to, unsigned value, size_t count, void* stream) {
  return copy_later(stream, [=](Context& context) { return set(context, to, value, 4, count); });
}
