#include "memory.h"

#include <sys/mman.h>

#include <cstring>

#include "failure.h"

namespace fluxo {

namespace {

const size_t PAGE = 4096;
const size_t ALIGNMENT = 256;
// So much of a red zone is looked at; what is further away needs a wild index, which mostly meets a guard.
const size_t WATCHED = 256;
const size_t MOST_FREED = 4096;
const int NEW = 0xcd;
const unsigned char ZONE = 0xff;

size_t rounded_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}

Memory::~Memory() {
  for (auto& [_, allocation] : live_) unmap(allocation);
  for (auto& [_, allocation] : freed_) unmap(allocation);
}

Address Memory::allocate(size_t bytes) {
  require(bytes > 0, INVALID_VALUE, "an allocation of 0 bytes");
  if (bytes > capacity_ - used_) fail(OUT_OF_MEMORY, text("%zu bytes are asked for, and %zu of %zu are free", bytes, capacity_ - used_, capacity_));
  const size_t inner = rounded_up(ALIGNMENT + bytes, PAGE);
  void* pages = mmap(nullptr, inner + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(pages != MAP_FAILED, OUT_OF_MEMORY, "the host has no more memory");
  char* first = (char*)pages + PAGE;
  if (mprotect(first, inner, PROT_READ | PROT_WRITE) != 0) {
    munmap(pages, inner + 2 * PAGE);
    fail(OUT_OF_MEMORY, "the host has no more memory");
  }
  char* begin = first + (inner - bytes) / ALIGNMENT * ALIGNMENT;
  memset(first, ZONE, begin - first);
  memset(begin, NEW, bytes);
  memset(begin + bytes, ZONE, first + inner - begin - bytes);
  used_ += bytes;
  live_[(Address)begin] = {(Address)begin, bytes, (Address)pages, inner + 2 * PAGE, ""};
  return (Address)begin;
}

void Memory::free(Address begin) {
  const auto found = live_.find(begin);
  if (found == live_.end()) fail(INVALID_VALUE, text("cuMemFree of %s", describe(begin).c_str()));
  const Allocation allocation = found->second;
  used_ -= allocation.bytes;
  live_.erase(found);
  if (freed_.size() >= MOST_FREED) {
    unmap(freed_.begin()->second);
    freed_.erase(freed_.begin());
  }
  freed_[begin] = allocation;
  // Its contents are given back, its addresses stay taken.
  madvise((void*)allocation.pages, allocation.page_bytes, MADV_DONTNEED);
  mprotect((void*)allocation.pages, allocation.page_bytes, PROT_NONE);
}

void Memory::unmap(const Allocation& allocation) { munmap((void*)allocation.pages, allocation.page_bytes); }

Allocation* Memory::find(Address address) {
  auto next = live_.upper_bound(address);
  if (next == live_.begin()) return nullptr;
  Allocation& allocation = (--next)->second;
  return address <= allocation.begin + allocation.bytes ? &allocation : nullptr;
}

Allocation& Memory::require_range(Address address, size_t bytes, const char* what) {
  Allocation* allocation = find(address);
  if (!allocation) fail(INVALID_VALUE, text("%s: %s", what, describe(address).c_str()));
  const size_t left = allocation->begin + allocation->bytes - address;
  if (bytes > left) fail(INVALID_VALUE, text("%s: %zu bytes are asked for where %zu are left; %s", what, bytes, left, describe(address).c_str()));
  return *allocation;
}

std::string Memory::describe(Address address) const {
  for (const auto* kind : {&live_, &freed_}) {
    auto next = kind->upper_bound(address + PAGE);
    if (next == kind->begin()) continue;
    const Allocation& near = (--next)->second;
    const char* word = kind == &live_ ? "an " : "a freed ";
    if (address < near.begin && near.begin - address <= PAGE + ALIGNMENT) {
      return text("%#llx lies %llu bytes before %sallocation of %zu bytes", (unsigned long long)address, (unsigned long long)(near.begin - address), word,
                  near.bytes);
    }
    if (address >= near.begin && address < near.begin + near.bytes) {
      return text("%#llx is byte %llu of %sallocation of %zu bytes", (unsigned long long)address, (unsigned long long)(address - near.begin), word, near.bytes);
    }
    if (address >= near.begin && address - near.begin - near.bytes <= PAGE) {
      return text("%#llx lies %llu bytes after the end of %sallocation of %zu bytes", (unsigned long long)address,
                  (unsigned long long)(address - near.begin - near.bytes), word, near.bytes);
    }
  }
  return text("%#llx is no device memory", (unsigned long long)address);
}

void Memory::check(const Allocation& allocation) const {
  const unsigned char* begin = (const unsigned char*)allocation.begin;
  const unsigned char* end = begin + allocation.bytes;
  const unsigned char* last = (const unsigned char*)allocation.pages + allocation.page_bytes - PAGE;
  for (size_t i = WATCHED; i > 0; i--) {
    if (begin[-(ptrdiff_t)i] == ZONE) continue;
    fail(LAUNCH_FAILED, text("%zu bytes before an allocation of %zu bytes there is a write; last given to %s", i, allocation.bytes, allocation.touched_by.c_str()));
  }
  for (const unsigned char* at = end; at < end + WATCHED && at < last; at++) {
    if (*at == ZONE) continue;
    fail(LAUNCH_FAILED, text("%zu bytes after the end of an allocation of %zu bytes, there is a write; last given to %s", (size_t)(at - end), allocation.bytes,
                             allocation.touched_by.c_str()));
  }
}

void Memory::check_all() const {
  for (const auto& [_, allocation] : live_) check(allocation);
}

}
