// Device memory. Every allocation has pages of its own: its end lies as near to a page that cannot be touched as CUDA's alignment of 256 bytes allows, what is
// left of its pages is red zone, and freed memory cannot be touched any more. New memory holds 0xcd in every byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace fluxo {

typedef uint64_t Address;

struct Allocation {
  Address begin;
  size_t bytes;
  // The pages with guards, for munmap.
  Address pages;
  size_t page_bytes;
  // The kernel or copy that was last given an address of it.
  std::string touched_by;
};

class Memory {
 public:
  explicit Memory(size_t capacity) : capacity_(capacity) {}
  ~Memory();

  Address allocate(size_t bytes);
  void free(Address begin);

  // The live allocation that holds the address, or ends there; null if there is none.
  Allocation* find(Address address);
  // Fails where the range is not within one live allocation.
  Allocation& require_range(Address address, size_t bytes, const char* what);
  // What stands at an address, in words.
  std::string describe(Address address) const;

  // Fails where a red zone has been written to.
  void check(const Allocation& allocation) const;
  void check_all() const;

  size_t capacity() const { return capacity_; }
  size_t used() const { return used_; }
  size_t count() const { return live_.size(); }
  void set_capacity(size_t bytes) { capacity_ = bytes; }

 private:
  void unmap(const Allocation& allocation);

  size_t capacity_;
  size_t used_ = 0;
  std::map<Address, Allocation> live_;
  // Freed ones whose addresses are still reserved, so that a late access is seen.
  std::map<Address, Allocation> freed_;
};

}
