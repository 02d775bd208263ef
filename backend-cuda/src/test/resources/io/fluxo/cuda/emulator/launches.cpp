// The driver's functions: modules, kernels and their launches.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "api.h"
#include "image.h"

namespace fluxo {

namespace {

const int THREADS_PER_BLOCK = 1024;
const int SHARED_BYTES = 48 << 10;
const int MOST_SHARED_BYTES = 227 << 10;

// The arguments as they are when the kernel is launched.
struct Arguments {
  std::vector<unsigned char> bytes;
  std::vector<size_t> offsets;

  Arguments(const Kernel& kernel, void** given) {
    for (unsigned i = 0; i < kernel.count; i++) {
      const Parameter& parameter = kernel.parameters[i];
      offsets.push_back((bytes.size() + parameter.alignment - 1) / parameter.alignment * parameter.alignment);
      bytes.resize(offsets.back() + parameter.bytes);
      memcpy(bytes.data() + offsets.back(), given[i], parameter.bytes);
    }
  }
  std::vector<void*> pointers() {
    std::vector<void*> pointers;
    for (size_t offset : offsets) pointers.push_back(bytes.data() + offset);
    return pointers;
  }
};

// The allocations that pointers among the arguments name; a pointer that names none is a failure.
std::vector<Allocation*> touched(Context& context, const Kernel& kernel, const std::vector<void*>& arguments) {
  std::vector<Allocation*> found;
  for (unsigned i = 0; i < kernel.count; i++) {
    if (!kernel.parameters[i].pointer) continue;
    const Address address = *(Address*)arguments[i];
    if (address == 0) continue;
    Allocation* allocation = context.memory.find(address);
    if (!allocation) fail(ILLEGAL_ADDRESS, text("kernel %s, argument %u: %s", kernel.name, i, context.memory.describe(address).c_str()));
    found.push_back(allocation);
  }
  return found;
}

void run(Context& context, const Function& function, const Launch& launch, Arguments& arguments) {
  const std::vector<void*> pointers = arguments.pointers();
  const std::vector<Allocation*> allocations = touched(context, *function.kernel, pointers);
  context.trace.launched(function.module->source, *function.kernel, launch.grid, launch.block, launch.shared_bytes, pointers.data());
  for (Allocation* allocation : allocations) allocation->touched_by = "kernel " + launch.name;
  context.launches++;
  const uint64_t number = ++context.seeded;
  try {
    run_blocks(launch, pointers.data(), context.seed ? context.seed * 0x100000001b3u + number : 0);
  } catch (Failure& failure) {
    // Where an address is at fault, what stands there is of use.
    const size_t at = failure.text.find("the address 0x");
    if (at != std::string::npos) failure.text += "; " + context.memory.describe(strtoull(failure.text.c_str() + at + 12, nullptr, 16));
    throw;
  }
  for (const Allocation* allocation : allocations) context.memory.check(*allocation);
}

void check_size(const Function& function, dim3 grid, dim3 block, unsigned shared_bytes) {
  for (unsigned size : {grid.x, grid.y, grid.z, block.x, block.y, block.z}) require(size > 0, INVALID_VALUE, "a launch of nothing: grid and block need sizes of at least 1");
  const uint64_t threads = (uint64_t)block.x * block.y * block.z;
  require(grid.x <= 2147483647 && grid.y <= 65535 && grid.z <= 65535, INVALID_VALUE, "the grid is too large");
  require(block.x <= 1024 && block.y <= 1024 && block.z <= 64 && threads <= THREADS_PER_BLOCK, INVALID_VALUE, "the block is too large");
  const unsigned bound = function.kernel->bound;
  if (bound && threads > bound) {
    fail(LAUNCH_OUT_OF_RESOURCES, text("kernel %s: %u threads, and its launch bound is %u", function.kernel->name, (unsigned)threads, bound));
  }
  if (shared_bytes > (unsigned)function.dynamic_shared_bytes) {
    fail(INVALID_VALUE, text("kernel %s: %u bytes of dynamic shared memory, and cuFuncSetAttribute allows it %d", function.kernel->name, shared_bytes,
                             function.dynamic_shared_bytes));
  }
}

}

}

using namespace fluxo;

FLUXO_API cuModuleLoadData(void** handle, const void* image) {
  return answer(true, [&](Context& context) {
    require(handle && image, INVALID_VALUE, "a pointer is null");
    context.refuse_unsafe("cuModuleLoadData");
    require(memcmp(image, IMAGE_MAGIC, sizeof(IMAGE_MAGIC)) == 0, INVALID_IMAGE, "the image is none of the emulator's NVRTC");
    const ImageHeader& header = *(const ImageHeader*)image;
    const char* source = (const char*)image + sizeof(ImageHeader);
    const char* library = source + header.source_bytes;
    auto module = std::make_shared<LoadedModule>();
    module->source.assign(source, header.source_bytes);
    // The loader knows libraries by their paths: each needs one of its own.
    std::string path = (std::filesystem::temp_directory_path() / "fluxo-module-XXXXXX").string();
    const int file = mkstemp(path.data());
    const bool written = file >= 0 && write(file, library, header.library_bytes) == (ssize_t)header.library_bytes;
    if (file >= 0) close(file);
    if (written) module->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    unlink(path.c_str());
    require(written, OUT_OF_MEMORY, "the host has no room for the module");
    if (!module->library) fail(INVALID_IMAGE, dlerror());
    module->module = (const Module*)dlsym(module->library, "fluxo_module");
    const bool ours = module->module && strcmp(module->module->fingerprint, FLUXO_FINGERPRINT) == 0;
    require(ours, INVALID_IMAGE, "the image was compiled by another version of the emulator");
    *handle = context.modules.add(module);
  });
}

FLUXO_API cuModuleUnload(void* handle) {
  return answer(true, [&](Context& context) {
    context.modules.get(handle);
    context.refuse_unsafe("cuModuleUnload");
    context.drain_all();
    context.modules.remove(handle);
  });
}

FLUXO_API cuModuleGetFunction(void** handle, void* module_handle, const char* name) {
  return answer(true, [&](Context& context) {
    require(handle && name, INVALID_VALUE, "a pointer is null");
    const auto module = context.modules.get(module_handle);
    for (unsigned i = 0; i < module->module->count; i++) {
      const Kernel& kernel = module->module->kernels[i];
      if (strcmp(kernel.name, name) != 0) continue;
      *handle = context.functions.add(std::make_shared<Function>(Function{module, &kernel, SHARED_BYTES}));
      return;
    }
    fail(NOT_FOUND, text("the module has no kernel %s", name));
  });
}

FLUXO_API cuFuncGetAttribute(int* value, int number, void* handle) {
  return answer(true, [&](Context& context) {
    require(value != nullptr, INVALID_VALUE, "a pointer for a result is null");
    const auto function = context.functions.get(handle);
    switch (number) {
      case 0: *value = function->kernel->bound ? (int)function->kernel->bound : THREADS_PER_BLOCK; return;
      case 1: *value = 0; return;               // static shared memory is not known before the kernel runs
      case 2: case 3: *value = 0; return;       // constant and local memory
      case 4: *value = 32; return;              // registers
      case 5: case 6: *value = context.capability; return;
      case 8: *value = function->dynamic_shared_bytes; return;
      default: fail(INVALID_VALUE, text("the emulator does not know attribute %d of a function", number));
    }
  });
}

FLUXO_API cuFuncSetAttribute(void* handle, int number, int value) {
  return answer(true, [&](Context& context) {
    const auto function = context.functions.get(handle);
    if (number == 9) return;  // how the multiprocessor's memory is divided is a wish
    require(number == 8, INVALID_VALUE, "the emulator sets no other attribute than dynamic shared memory");
    if (value < 0 || value > MOST_SHARED_BYTES) fail(INVALID_VALUE, text("%d bytes of dynamic shared memory: a block has %d", value, MOST_SHARED_BYTES));
    function->dynamic_shared_bytes = value;
  });
}

FLUXO_API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* count, void* handle, int threads, size_t shared_bytes) {
  return answer(true, [&](Context& context) {
    context.functions.get(handle);
    require(count && threads > 0 && threads <= THREADS_PER_BLOCK, INVALID_VALUE, "a block has 1 to 1024 threads");
    const int by_threads = 2048 / ((threads + 31) / 32 * 32), by_memory = (int)((228 << 10) / (shared_bytes + 1024));
    *count = std::min({32, by_threads, by_memory});
  });
}

FLUXO_API cuLaunchKernel(void* handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
                         unsigned shared_bytes, void* stream, void** arguments, void** extra) {
  return answer(true, [&](Context& context) {
    const auto function = context.functions.get(handle);
    const dim3 grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
    check_size(*function, grid, block, shared_bytes);
    require(extra == nullptr, NOT_SUPPORTED, "the emulator takes arguments by pointers alone");
    require(arguments != nullptr || function->kernel->count == 0, INVALID_VALUE, "the kernel's arguments are missing");
    const auto kept = std::make_shared<Arguments>(*function->kernel, arguments);
    const Launch launch{function->kernel->name, function->module->module, function->kernel, grid, block, shared_bytes,
                        (unsigned)(function->dynamic_shared_bytes > SHARED_BYTES ? MOST_SHARED_BYTES : SHARED_BYTES)};
    context.enqueue(context.stream(stream), [&context, function, launch, kept] { run(context, *function, launch, *kept); });
  });
}
