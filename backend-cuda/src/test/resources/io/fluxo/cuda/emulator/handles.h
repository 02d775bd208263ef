// Handles that are never given twice, so that one of a destroyed object, or of another kind, is known for what it is.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "failure.h"

namespace fluxo {

template <class T> class Handles {
 public:
  // `kind` is a word for messages; `number` tells kinds apart.
  Handles(const char* kind, unsigned number) : kind_(kind), first_((uint64_t)number << 40), next_(first_ + 16) {}

  void* add(std::shared_ptr<T> object) {
    objects_[next_] = std::move(object);
    const uint64_t handle = next_;
    next_ += 16;
    return (void*)handle;
  }
  std::shared_ptr<T> get(void* handle) const {
    const auto found = objects_.find((uint64_t)handle);
    if (found != objects_.end()) return found->second;
    const bool former = (uint64_t)handle > first_ && (uint64_t)handle < next_;
    fail(INVALID_HANDLE, text(former ? "the %s %p has been destroyed" : "there is no %s %p", kind_, handle));
  }
  std::shared_ptr<T> remove(void* handle) {
    std::shared_ptr<T> object = get(handle);
    objects_.erase((uint64_t)handle);
    return object;
  }
  const std::unordered_map<uint64_t, std::shared_ptr<T>>& all() const { return objects_; }

 private:
  const char* kind_;
  uint64_t first_, next_;
  std::unordered_map<uint64_t, std::shared_ptr<T>> objects_;
};

}
