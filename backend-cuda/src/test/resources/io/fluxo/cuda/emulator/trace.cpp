#include "trace.h"

#include <filesystem>

#include "failure.h"

namespace fluxo {

namespace {

FILE* opened(const std::string& path) {
  FILE* file = fopen(path.c_str(), "wb");
  if (!file) fail(INVALID_VALUE, text("the trace %s cannot be written", path.c_str()));
  return file;
}

}

void Trace::begin(const char* folder) {
  end();
  if (!folder || !*folder) return;
  folder_ = folder;
  std::error_code refused;
  std::filesystem::create_directories(folder_, refused);
  lines_ = opened(folder_ + "/trace.txt");
  blobs_ = opened(folder_ + "/contents.bin");
  // The process may end without notice.
  setvbuf(lines_, nullptr, _IOLBF, BUFSIZ);
}

void Trace::end() {
  if (lines_) fclose(lines_);
  if (blobs_) fclose(blobs_);
  lines_ = blobs_ = nullptr;
  blob_bytes_ = 0;
  modules_.clear();
}

uint64_t Trace::blob(const void* contents, size_t bytes) {
  const uint64_t offset = blob_bytes_;
  fwrite(contents, 1, bytes, blobs_);
  fflush(blobs_);
  blob_bytes_ += bytes;
  return offset;
}

void Trace::allocated(uint64_t address, size_t bytes) {
  if (on()) fprintf(lines_, "allocate %llx %zu\n", (unsigned long long)address, bytes);
}

void Trace::freed(uint64_t address) {
  if (on()) fprintf(lines_, "free %llx\n", (unsigned long long)address);
}

void Trace::written(uint64_t address, const void* contents, size_t bytes) {
  if (on()) fprintf(lines_, "write %llx %zu %llu\n", (unsigned long long)address, bytes, (unsigned long long)blob(contents, bytes));
}

void Trace::copied(uint64_t to, uint64_t from, size_t bytes) {
  if (on()) fprintf(lines_, "copy %llx %llx %zu\n", (unsigned long long)to, (unsigned long long)from, bytes);
}

void Trace::filled(uint64_t address, unsigned value, size_t value_bytes, size_t count) {
  if (on()) fprintf(lines_, "fill %llx %u %zu %zu\n", (unsigned long long)address, value, value_bytes, count);
}

void Trace::launched(const std::string& source, const Kernel& kernel, dim3 grid, dim3 block, unsigned shared_bytes, void* const* arguments) {
  if (!on()) return;
  auto [module, fresh] = modules_.try_emplace(source, (unsigned)modules_.size());
  if (fresh) {
    FILE* file = opened(folder_ + text("/module%u.cpp", module->second));
    fwrite(source.data(), 1, source.size(), file);
    fclose(file);
    fprintf(lines_, "module %u\n", module->second);
  }
  fprintf(lines_, "launch %u %s %u %u %u %u %u %u %u", module->second, kernel.name, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared_bytes);
  for (unsigned i = 0; i < kernel.count; i++) fprintf(lines_, " %llu", (unsigned long long)blob(arguments[i], kernel.parameters[i].bytes));
  fprintf(lines_, "\n");
}

void Trace::multiplied(const void* product, size_t bytes) {
  if (on()) fprintf(lines_, "multiply %llu\n", (unsigned long long)blob(product, bytes));
}

}
