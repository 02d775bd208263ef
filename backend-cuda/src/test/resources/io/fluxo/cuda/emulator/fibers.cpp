#include "fibers.h"

#include <sys/mman.h>

#include <new>
#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace fluxo {

namespace {

const size_t PAGE = 4096;
const size_t STACK = 256 << 10;

// With a page at its lower end that cannot be touched.
char* new_stack() {
  void* stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) throw std::bad_alloc();
  mprotect(stack, PAGE, PROT_NONE);
  return (char*)stack;
}

#ifdef __x86_64__
// Stacks that all begin at the same place of a page would meet in the same lines of the processor's cache.
size_t scatter() {
  static thread_local size_t count;
  return count++ % 61 * 192;
}
#endif

}

Fiber::~Fiber() {
  if (stack_) munmap(stack_, STACK);
#ifndef __x86_64__
  delete (ucontext_t*)resume_;
  delete (ucontext_t*)scheduler_;
#endif
}

#ifdef __x86_64__

// Keeps the registers that a called function must keep on the stack, and goes on with another stack.
extern "C" void fluxo_switch(void** keep, void* resume);
asm(R"(
.text
.globl fluxo_switch
.hidden fluxo_switch
.type fluxo_switch, @function
fluxo_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size fluxo_switch, .-fluxo_switch
)");

void Fiber::begin(void (*entry)()) {
  if (!stack_) {
    stack_ = new_stack();
    top_ = stack_ + STACK - 64 - scatter();
  }
  // As if `entry` had just been called: its return address, which is never used, stands at 8 modulo 16.
  void** top = (void**)top_;
  *--top = nullptr;
  *--top = (void*)entry;
  for (int i = 0; i < 6; i++) *--top = nullptr;
  resume_ = top;
}

void Fiber::enter() { fluxo_switch(&scheduler_, resume_); }
void Fiber::leave() { fluxo_switch(&resume_, scheduler_); }

#else

void Fiber::begin(void (*entry)()) {
  if (!stack_) stack_ = new_stack();
  if (!resume_) resume_ = new ucontext_t();
  if (!scheduler_) scheduler_ = new ucontext_t();
  ucontext_t* context = (ucontext_t*)resume_;
  getcontext(context);
  context->uc_stack.ss_sp = stack_ + PAGE;
  context->uc_stack.ss_size = STACK - PAGE;
  context->uc_link = nullptr;
  makecontext(context, entry, 0);
}

void Fiber::enter() { swapcontext((ucontext_t*)scheduler_, (ucontext_t*)resume_); }
void Fiber::leave() { swapcontext((ucontext_t*)resume_, (ucontext_t*)scheduler_); }

#endif

}
