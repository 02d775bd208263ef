// Writes what the device does to a folder, for `replay`. Nothing is written without a folder.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>

#include "module.h"

namespace fluxo {

class Trace {
 public:
  explicit Trace(const char* folder) { begin(folder); }
  ~Trace() { end(); }

  // Null ends it.
  void begin(const char* folder);
  bool on() const { return lines_ != nullptr; }

  void allocated(uint64_t address, size_t bytes);
  void freed(uint64_t address);
  void written(uint64_t address, const void* contents, size_t bytes);
  void copied(uint64_t to, uint64_t from, size_t bytes);
  void filled(uint64_t address, unsigned value, size_t value_bytes, size_t count);
  // `source` holds the module's source after the front end, which is what a kernel is compiled from.
  void launched(const std::string& source, const Kernel& kernel, dim3 grid, dim3 block, unsigned shared_bytes, void* const* arguments);
  // A product, as the bytes of its description.
  void multiplied(const void* product, size_t bytes);

 private:
  void end();
  uint64_t blob(const void* contents, size_t bytes);

  std::string folder_;
  FILE* lines_ = nullptr;
  FILE* blobs_ = nullptr;
  uint64_t blob_bytes_ = 0;
  std::unordered_map<std::string, unsigned> modules_;
};

}
