// The shared memory of a block: the dynamic part first, then each static variable when it is first asked for, with a red zone after each. All of it holds garbage
// at the beginning.
#pragma once
#include <cstddef>
#include <vector>

#include "block.h"

namespace fluxo {

class SharedMemory {
 public:
  explicit SharedMemory(const Launch& launch);

  // Garbage again, for the next block. Places stay.
  void clear();
  void* dynamic() { return begin_; }
  // Null where the block has no more room.
  void* place(const void* key, size_t bytes, size_t alignment, const char* name);
  // The name of a variable beyond whose end there is a write; null if there is none.
  const char* overrun() const;

 private:
  struct Variable {
    const void* key;
    const char* name;
    size_t offset, bytes;
  };

  void garbage(const Variable& variable);

  size_t free_bytes_;
  std::vector<unsigned char> room_;
  // In the room, as aligned as any variable may wish.
  unsigned char* begin_;
  std::vector<Variable> variables_;
};

}
