// A fiber: a stack of its own on the thread that runs it.
#pragma once
#include <cstddef>

namespace fluxo {

class Fiber {
 public:
  Fiber() = default;
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Next time, the fiber begins with `entry`, which must not return.
  void begin(void (*entry)());
  // From the scheduler to the fiber, and back.
  void enter();
  void leave();

 private:
  char* stack_ = nullptr;
  char* top_ = nullptr;
  void* resume_ = nullptr;
  void* scheduler_ = nullptr;
};

}
