#include "shared_memory.h"

#include <cstring>

namespace fluxo {

namespace {

const size_t ZONE_BYTES = 128;
const unsigned char ZONE = 0xff;
const unsigned char GARBAGE = 0xcd;
// Static variables that one kernel may have; each takes a zone and what its alignment needs.
const size_t MOST_VARIABLES = 64;

size_t rounded_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}

SharedMemory::SharedMemory(const Launch& launch)
    : free_bytes_(launch.most_shared_bytes - launch.shared_bytes), room_(launch.most_shared_bytes + (MOST_VARIABLES + 1) * 2 * ZONE_BYTES) {
  begin_ = (unsigned char*)rounded_up((size_t)room_.data(), ZONE_BYTES);
  variables_.reserve(MOST_VARIABLES);
  variables_.push_back({nullptr, "its dynamic shared memory", 0, launch.shared_bytes});
  clear();
}

void SharedMemory::clear() {
  for (const Variable& variable : variables_) garbage(variable);
}

void SharedMemory::garbage(const Variable& variable) {
  memset(begin_ + variable.offset, GARBAGE, variable.bytes);
  memset(begin_ + variable.offset + variable.bytes, ZONE, ZONE_BYTES);
}

void* SharedMemory::place(const void* key, size_t bytes, size_t alignment, const char* name) {
  for (const Variable& variable : variables_) if (variable.key == key) return begin_ + variable.offset;
  if (bytes > free_bytes_ || variables_.size() == MOST_VARIABLES || alignment > ZONE_BYTES) return nullptr;
  free_bytes_ -= bytes;
  const Variable& last = variables_.back();
  variables_.push_back({key, name, rounded_up(last.offset + last.bytes + ZONE_BYTES, alignment), bytes});
  garbage(variables_.back());
  return begin_ + variables_.back().offset;
}

const char* SharedMemory::overrun() const {
  for (const Variable& variable : variables_) {
    const unsigned char* zone = begin_ + variable.offset + variable.bytes;
    for (size_t i = 0; i < ZONE_BYTES; i++) if (zone[i] != ZONE) return variable.name;
  }
  return nullptr;
}

}
