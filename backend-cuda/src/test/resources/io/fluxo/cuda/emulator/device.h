// CUDA's language for g++: stands before every source of kernels. It includes no header of the system, as CUDA's run-time compiler does not.
//
// The front end (front_end.cpp) has written shared variables and the table of kernels in terms of the macros at the end.
#pragma once
#include "module.h"

#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __grid_constant__
#define __maxnreg__(n)

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;

namespace fluxo {

static const Runtime* runtime;
#ifdef FLUXO_OS_THREADS
static thread_local Thread* current;
#else
static Thread* current;
#endif

template <class T, class U> inline T bits(U from) {
  static_assert(sizeof(T) == sizeof(U), "bits of another size");
  T to;
  __builtin_memcpy(&to, &from, sizeof(T));
  return to;
}

}

#define threadIdx (::fluxo::current->thread_index)
#define blockIdx (::fluxo::current->block_index)
#define blockDim (::fluxo::current->block_size)
#define gridDim (::fluxo::current->grid_size)
constexpr int warpSize = 32;

// ---- vectors

#define FLUXO_VECTORS(T, name) \
  struct alignas(2 * sizeof(T)) name##2 { T x, y; }; \
  struct name##3 { T x, y, z; }; \
  struct alignas(4 * sizeof(T) < 16 ? 4 * sizeof(T) : 16) name##4 { T x, y, z, w; }; \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; } \
  inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; } \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
FLUXO_VECTORS(float, float)
FLUXO_VECTORS(double, double)
FLUXO_VECTORS(int, int)
FLUXO_VECTORS(short, short)
FLUXO_VECTORS(unsigned short, ushort)
FLUXO_VECTORS(char, char)
FLUXO_VECTORS(unsigned char, uchar)
FLUXO_VECTORS(long long, longlong)
FLUXO_VECTORS(unsigned long long, ulonglong)
#undef FLUXO_VECTORS
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

// ---- barriers

inline void __syncthreads(int line = __builtin_LINE()) { fluxo::runtime->barrier(fluxo::current, false, line); }
inline int __syncthreads_count(int predicate, int line = __builtin_LINE()) { return (int)fluxo::runtime->barrier(fluxo::current, predicate != 0, line); }
inline int __syncthreads_or(int predicate, int line = __builtin_LINE()) { return __syncthreads_count(predicate, line) != 0; }
inline int __syncthreads_and(int predicate, int line = __builtin_LINE()) { return __syncthreads_count(predicate == 0, line) == 0; }
inline void __threadfence() { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_system() { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
inline void __trap(int line = __builtin_LINE()) { fluxo::runtime->fault(fluxo::current, 719, "__trap() was called", line); }

// ---- what the lanes of a warp do together

namespace fluxo {

inline void nothing(void* const*, unsigned) {}

// Which lane's value a lane takes; its own where `source` is out of the segment.
template <class T> struct Shuffle {
  T value, result;
  int source;
  static void combine(void* const* arguments, unsigned lanes) {
    for (int lane = 0; lane < 32; lane++) {
      if (!(lanes >> lane & 1)) continue;
      Shuffle& mine = *(Shuffle*)arguments[lane];
      if (lanes >> mine.source & 1) mine.result = ((Shuffle*)arguments[mine.source])->value;
      else __builtin_memset(&mine.result, 0xff, sizeof(T));  // CUDA leaves it undefined: the lane takes no part
    }
  }
};
template <class T> inline T shuffle(unsigned mask, T value, int source, int line) {
  Shuffle<T> argument = {value, value, source};
  runtime->meet(current, mask, Shuffle<T>::combine, &argument, line);
  return argument.result;
}

struct Ballot {
  bool predicate;
  unsigned result, lanes;
  static void combine(void* const* arguments, unsigned lanes) {
    unsigned votes = 0;
    for (int lane = 0; lane < 32; lane++) if ((lanes >> lane & 1) && ((Ballot*)arguments[lane])->predicate) votes |= 1u << lane;
    for (int lane = 0; lane < 32; lane++) {
      if (!(lanes >> lane & 1)) continue;
      ((Ballot*)arguments[lane])->result = votes;
      ((Ballot*)arguments[lane])->lanes = lanes;
    }
  }
};
inline Ballot ballot(unsigned mask, bool predicate, int line) {
  Ballot argument = {predicate, 0, 0};
  runtime->meet(current, mask, Ballot::combine, &argument, line);
  return argument;
}

}

inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) { fluxo::runtime->meet(fluxo::current, mask, fluxo::nothing, nullptr, line); }
inline unsigned __ballot_sync(unsigned mask, int predicate, int line = __builtin_LINE()) { return fluxo::ballot(mask, predicate != 0, line).result; }
inline int __any_sync(unsigned mask, int predicate, int line = __builtin_LINE()) { return fluxo::ballot(mask, predicate != 0, line).result != 0; }
inline int __all_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
  const fluxo::Ballot votes = fluxo::ballot(mask, predicate != 0, line);
  return votes.result == votes.lanes;
}
// A GPU may say the same of lanes that happen to run apart.
inline unsigned __activemask() { return 1u << fluxo::current->lane; }

#define FLUXO_SHUFFLES(T) \
  inline T __shfl_sync(unsigned mask, T value, int source, int width = 32, int line = __builtin_LINE()) { \
    const int first = (int)fluxo::current->lane & ~(width - 1); \
    return fluxo::shuffle(mask, value, first | (source & (width - 1)), line); \
  } \
  inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, int line = __builtin_LINE()) { \
    const int lane = (int)fluxo::current->lane, source = lane - (int)delta; \
    return fluxo::shuffle(mask, value, source < (lane & ~(width - 1)) ? lane : source, line); \
  } \
  inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, int line = __builtin_LINE()) { \
    const int lane = (int)fluxo::current->lane, source = lane + (int)delta; \
    return fluxo::shuffle(mask, value, source > (lane | (width - 1)) ? lane : source, line); \
  } \
  inline T __shfl_xor_sync(unsigned mask, T value, int other, int width = 32, int line = __builtin_LINE()) { \
    const int lane = (int)fluxo::current->lane, source = lane ^ other; \
    return fluxo::shuffle(mask, value, source > (lane | (width - 1)) ? lane : source, line); \
  }
FLUXO_SHUFFLES(int)
FLUXO_SHUFFLES(unsigned)
FLUXO_SHUFFLES(long)
FLUXO_SHUFFLES(unsigned long)
FLUXO_SHUFFLES(long long)
FLUXO_SHUFFLES(unsigned long long)
FLUXO_SHUFFLES(float)
FLUXO_SHUFFLES(double)
#undef FLUXO_SHUFFLES

// ---- tensor cores

namespace fluxo {

inline float of_bf16(unsigned word, int half) { return bits<float>(half ? word & 0xffff0000u : word << 16); }
// The tensor core drops the bits that TF32 lacks.
inline float of_tf32(unsigned word) { return bits<float>(word & 0xffffe000u); }

// d [16 8] += a [16 K] · b [K 8] in the fragments of PTX's mma.m16n8kK: lane = 4 group + member.
template <int K> struct Product {
  float* d;
  const unsigned *a, *b;
  static void combine(void* const* arguments, unsigned lanes) {
    if (lanes != 0xffffffffu) {
      runtime->fault(current, 719, "mma.sync needs all lanes of a warp", 0);
      return;
    }
    float a[16][K], b[K][8];
    for (int lane = 0; lane < 32; lane++) {
      const Product& from = *(const Product*)arguments[lane];
      const int group = lane >> 2, member = lane & 3;
      if constexpr (K == 16) {
        for (int i = 0; i < 8; i++) a[group + 8 * (i >> 1 & 1)][member * 2 + (i & 1) + 8 * (i >> 2)] = of_bf16(from.a[i >> 1], i & 1);
        for (int i = 0; i < 4; i++) b[member * 2 + (i & 1) + 8 * (i >> 1)][group] = of_bf16(from.b[i >> 1], i & 1);
      } else {
        for (int i = 0; i < 4; i++) a[group + 8 * (i & 1)][member + 4 * (i >> 1)] = of_tf32(from.a[i]);
        for (int i = 0; i < 2; i++) b[member + 4 * i][group] = of_tf32(from.b[i]);
      }
    }
    for (int lane = 0; lane < 32; lane++) {
      float* d = ((const Product*)arguments[lane])->d;
      const int group = lane >> 2, member = lane & 3;
      for (int i = 0; i < 4; i++) {
        float sum = d[i];
        for (int k = 0; k < K; k++) sum += a[group + 8 * (i >> 1)][k] * b[k][member * 2 + (i & 1)];
        d[i] = sum;
      }
    }
  }
};

}

inline void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], int line = __builtin_LINE()) {
  fluxo::Product<16> argument = {d, a, b};
  fluxo::runtime->meet(fluxo::current, 0xffffffffu, fluxo::Product<16>::combine, &argument, line);
}
inline void mma_m16n8k8_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], int line = __builtin_LINE()) {
  fluxo::Product<8> argument = {d, a, b};
  fluxo::runtime->meet(fluxo::current, 0xffffffffu, fluxo::Product<8>::combine, &argument, line);
}

// ---- copies to shared memory in the background

inline void copy_async_16(void* shared, const void* global, int line = __builtin_LINE()) { fluxo::runtime->copy_async(fluxo::current, shared, global, line); }
inline void copy_async_commit() { fluxo::runtime->commit_copies(fluxo::current); }
template <int N> inline void copy_async_wait() { fluxo::runtime->await_copies(fluxo::current, N); }

// ---- bits

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned)x); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long)x); }
inline unsigned __brev(unsigned x) {
  unsigned y = 0;
  for (int i = 0; i < 32; i++) y |= (x >> i & 1) << (31 - i);
  return y;
}
inline unsigned long long __brevll(unsigned long long x) { return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32)); }
inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((unsigned long long)x * y >> 32); }
inline int __mulhi(int x, int y) { return (int)((long long)x * y >> 32); }
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) { return (unsigned long long)((unsigned __int128)x * y >> 64); }
inline long long __mul64hi(long long x, long long y) { return (long long)((__int128)x * y >> 64); }
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by) { return (unsigned)((((unsigned long long)high << 32 | low) << (by & 31)) >> 32); }
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) { return (unsigned)(((unsigned long long)high << 32 | low) >> (by & 31)); }
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  const unsigned long long bytes = (unsigned long long)y << 32 | x;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned choice = selector >> 4 * i & 15, byte = (unsigned)(bytes >> 8 * (choice & 7)) & 255;
    result |= (choice & 8 ? byte & 128 ? 255u : 0u : byte) << 8 * i;
  }
  return result;
}
inline unsigned __float_as_uint(float x) { return fluxo::bits<unsigned>(x); }
inline int __float_as_int(float x) { return fluxo::bits<int>(x); }
inline float __uint_as_float(unsigned x) { return fluxo::bits<float>(x); }
inline float __int_as_float(int x) { return fluxo::bits<float>(x); }
inline double __longlong_as_double(long long x) { return fluxo::bits<double>(x); }
inline long long __double_as_longlong(double x) { return fluxo::bits<long long>(x); }
inline double __hiloint2double(int high, int low) { return fluxo::bits<double>((long long)high << 32 | (unsigned)low); }

// ---- arithmetic

extern "C" {
float expf(float), exp2f(float), exp10f(float), expm1f(float), logf(float), log2f(float), log10f(float), log1pf(float), tanhf(float), sinhf(float), coshf(float),
    erff(float), erfcf(float), sinf(float), cosf(float), tanf(float), asinf(float), acosf(float), atanf(float), sqrtf(float), cbrtf(float), fabsf(float),
    floorf(float), ceilf(float), rintf(float), nearbyintf(float), truncf(float), roundf(float), lgammaf(float), tgammaf(float);
float powf(float, float), atan2f(float, float), fmodf(float, float), fminf(float, float), fmaxf(float, float), copysignf(float, float), hypotf(float, float),
    nextafterf(float, float), fdimf(float, float), remainderf(float, float), fmaf(float, float, float), ldexpf(float, int), frexpf(float, int*);
void sincosf(float, float*, float*);
double exp(double), exp2(double), expm1(double), log(double), log2(double), log10(double), log1p(double), tanh(double), sinh(double), cosh(double), erf(double),
    erfc(double), sin(double), cos(double), tan(double), atan(double), sqrt(double), cbrt(double), fabs(double), floor(double), ceil(double), rint(double),
    trunc(double), round(double);
double pow(double, double), fmod(double, double), fmin(double, double), fmax(double, double), copysign(double, double), fma(double, double, double),
    ldexp(double, int);
long lrintf(float), lroundf(float);
int abs(int), printf(const char*, ...);
}
inline float exp(float x) { return expf(x); }
inline float exp2(float x) { return exp2f(x); }
inline float log(float x) { return logf(x); }
inline float log2(float x) { return log2f(x); }
inline float log1p(float x) { return log1pf(x); }
inline float expm1(float x) { return expm1f(x); }
inline float tanh(float x) { return tanhf(x); }
inline float erf(float x) { return erff(x); }
inline float sin(float x) { return sinf(x); }
inline float cos(float x) { return cosf(x); }
inline float sqrt(float x) { return sqrtf(x); }
inline float fabs(float x) { return fabsf(x); }
inline float abs(float x) { return fabsf(x); }
inline double abs(double x) { return fabs(x); }
inline long long abs(long long x) { return x < 0 ? -x : x; }
inline float floor(float x) { return floorf(x); }
inline float ceil(float x) { return ceilf(x); }
inline float rint(float x) { return rintf(x); }
inline float trunc(float x) { return truncf(x); }
inline float round(float x) { return roundf(x); }
inline float pow(float x, float y) { return powf(x, y); }
inline float fmod(float x, float y) { return fmodf(x, y); }
inline float fmin(float x, float y) { return fminf(x, y); }
inline float fmax(float x, float y) { return fmaxf(x, y); }
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline bool isnan(float x) { return x != x; }
inline bool isnan(double x) { return x != x; }
inline bool isinf(float x) { return __builtin_isinf(x); }
inline bool isinf(double x) { return __builtin_isinf(x); }
inline bool isfinite(float x) { return __builtin_isfinite(x); }
inline bool isfinite(double x) { return __builtin_isfinite(x); }
inline bool signbit(float x) { return __builtin_signbit(x); }

#define FLUXO_EXTREMES(T) \
  inline T min(T x, T y) { return y < x ? y : x; } \
  inline T max(T x, T y) { return x < y ? y : x; }
FLUXO_EXTREMES(int)
FLUXO_EXTREMES(unsigned)
FLUXO_EXTREMES(long)
FLUXO_EXTREMES(unsigned long)
FLUXO_EXTREMES(long long)
FLUXO_EXTREMES(unsigned long long)
#undef FLUXO_EXTREMES
// Of mixed signs, as CUDA has them: both unsigned.
inline unsigned min(unsigned x, int y) { return min(x, (unsigned)y); }
inline unsigned min(int x, unsigned y) { return min((unsigned)x, y); }
inline unsigned max(unsigned x, int y) { return max(x, (unsigned)y); }
inline unsigned max(int x, unsigned y) { return max((unsigned)x, y); }
inline float min(float x, float y) { return fminf(x, y); }
inline float max(float x, float y) { return fmaxf(x, y); }
inline double min(double x, double y) { return fmin(x, y); }
inline double max(double x, double y) { return fmax(x, y); }

inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frsqrt_rn(float x) { return (float)(1.0 / sqrt((double)x)); }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __ddiv_rn(double x, double y) { return x / y; }
inline double __fma_rn(double x, double y, double z) { return fma(x, y, z); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __saturatef(float x) { return x > 0.0f ? x < 1.0f ? x : 1.0f : 0.0f; }

namespace fluxo {
// To an integer, held to what the type can hold; 0 for NaN.
template <class T> inline T held(float x, float first, float beyond, T lowest, T highest) {
  return x != x ? T(0) : x < first ? lowest : x >= beyond ? highest : (T)x;
}
}
inline int __float2int_rz(float x) { return fluxo::held<int>(x, -2147483648.0f, 2147483648.0f, -2147483647 - 1, 2147483647); }
inline int __float2int_rn(float x) { return __float2int_rz(rintf(x)); }
inline int __float2int_rd(float x) { return __float2int_rz(floorf(x)); }
inline int __float2int_ru(float x) { return __float2int_rz(ceilf(x)); }
inline unsigned __float2uint_rz(float x) { return fluxo::held<unsigned>(x, 0.0f, 4294967296.0f, 0u, 4294967295u); }
inline unsigned __float2uint_rn(float x) { return __float2uint_rz(rintf(x)); }
inline long long __float2ll_rz(float x) {
  return fluxo::held<long long>(x, -9223372036854775808.0f, 9223372036854775808.0f, -9223372036854775807LL - 1, 9223372036854775807LL);
}
inline float __int2float_rn(int x) { return (float)x; }
inline float __uint2float_rn(unsigned x) { return (float)x; }
inline float __ll2float_rn(long long x) { return (float)x; }
inline float __double2float_rn(double x) { return (float)x; }

// ---- memory

template <class T> inline T __ldg(const T* from) { return *from; }
template <class T> inline T __ldcg(const T* from) { return *from; }
template <class T> inline T __ldcs(const T* from) { return *from; }
template <class T> inline void __stcg(T* to, T value) { *to = value; }
template <class T> inline void __stcs(T* to, T value) { *to = value; }

// Under ThreadSanitizer, which knows no fences, an atomic orders what stands around it: otherwise fence and counter would be taken for a race.
#ifdef FLUXO_OS_THREADS
#define FLUXO_ORDER __ATOMIC_ACQ_REL
#else
#define FLUXO_ORDER __ATOMIC_RELAXED
#endif
namespace fluxo {
template <class T, class F> inline T atomically(T* at, F next) {
  runtime->pause(current);
  T old = __atomic_load_n(at, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(at, &old, next(old), false, FLUXO_ORDER, __ATOMIC_RELAXED)) {}
  return old;
}
}
#define FLUXO_ATOMICS(T) \
  inline T atomicAdd(T* at, T x) { return fluxo::atomically(at, [x](T old) { return (T)((unsigned long long)old + (unsigned long long)x); }); } \
  inline T atomicMax(T* at, T x) { return fluxo::atomically(at, [x](T old) { return old < x ? x : old; }); } \
  inline T atomicMin(T* at, T x) { return fluxo::atomically(at, [x](T old) { return x < old ? x : old; }); } \
  inline T atomicOr(T* at, T x) { return fluxo::atomically(at, [x](T old) { return (T)(old | x); }); } \
  inline T atomicAnd(T* at, T x) { return fluxo::atomically(at, [x](T old) { return (T)(old & x); }); } \
  inline T atomicXor(T* at, T x) { return fluxo::atomically(at, [x](T old) { return (T)(old ^ x); }); } \
  inline T atomicExch(T* at, T x) { return fluxo::atomically(at, [x](T) { return x; }); } \
  inline T atomicCAS(T* at, T expected, T x) { return fluxo::atomically(at, [expected, x](T old) { return old == expected ? x : old; }); }
FLUXO_ATOMICS(int)
FLUXO_ATOMICS(unsigned)
FLUXO_ATOMICS(unsigned long long)
#undef FLUXO_ATOMICS
inline int atomicSub(int* at, int x) { return atomicAdd(at, (int)-(unsigned)x); }
inline unsigned atomicSub(unsigned* at, unsigned x) { return atomicAdd(at, 0u - x); }
// Sums of reals would come out in the order of arrival, different from run to run: Fluxo's kernels must not do that.
float atomicAdd(float*, float) = delete;
double atomicAdd(double*, double) = delete;

inline long long clock64() {
#if defined(__x86_64__)
  return (long long)__builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  long long ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
#error "the emulator has no clock for this processor"
#endif
}
inline long clock() { return (long)clock64(); }

// ---- what the front end makes of a source

namespace fluxo {

template <class T> inline T& shared(const char* key, const char* name, Size alignment) {
  return *(T*)runtime->static_shared(current, key, sizeof(T), alignment > alignof(T) ? alignment : alignof(T), name);
}

template <class T> struct Pointer { static constexpr bool IS = false; };
template <class T> struct Pointer<T*> { static constexpr bool IS = true; };

template <Size... I> struct Places {};

// How a kernel is called with pointers to its arguments, and what they are.
template <auto F> struct Entry;
template <class... A, void (*F)(A...)> struct Entry<F> {
  static constexpr unsigned COUNT = sizeof...(A);
  // One more, so that there is no array of none.
  static constexpr Parameter PARAMETERS[COUNT + 1] = {{sizeof(A), alignof(A), Pointer<A>::IS}..., {0, 0, false}};
  static void call(void* const* arguments) { spread(arguments, Places<__integer_pack(COUNT)...>()); }
  template <Size... I> static void spread([[maybe_unused]] void* const* arguments, Places<I...>) { F(*(A*)arguments[I]...); }
};

constexpr unsigned bound() { return 0; }
constexpr unsigned bound(unsigned threads, unsigned = 0, unsigned = 0) { return threads; }

static void use(const Runtime* given) { runtime = given; }
static void enter(Thread* thread) { current = thread; }

}

#ifndef FLUXO_OS_THREADS
// The compiler's check of alignment, -fsanitize=alignment, calls this with what it knows of the access: a GPU refuses such addresses. (Its checks of null pointers
// come here too; touching them is a fault of its own.)
namespace fluxo {
struct Mismatch {
  const char* file;
  unsigned line, column;
  const void* type;
  unsigned char log_alignment, kind;
};
}
extern "C" __attribute__((visibility("hidden"))) void __ubsan_handle_type_mismatch_v1(fluxo::Mismatch* where, unsigned long address) {
  if (address & ((1ul << where->log_alignment) - 1)) fluxo::runtime->fault(fluxo::current, 716, "an address is not as aligned as its type needs", (int)where->line);
}
#endif

// A static shared variable: its alignment or 1, its name, the sizes of an array, its type.
#define FLUXO_SHARED(alignment, name, sizes, ...) \
  static char fluxo_key_of_##name; \
  using fluxo_type_of_##name = __VA_ARGS__ sizes; \
  fluxo_type_of_##name& name = ::fluxo::shared<fluxo_type_of_##name>(&fluxo_key_of_##name, #name, alignment);
// Shared memory whose size is given at the launch.
#define FLUXO_DYNAMIC_SHARED(name, ...) __VA_ARGS__* const name = (__VA_ARGS__*)::fluxo::runtime->dynamic_shared(::fluxo::current);

// The kernels of a module, at the end of its source.
#define FLUXO_KERNEL(name, threads) {#name, ::fluxo::Entry<&name>::call, ::fluxo::Entry<&name>::PARAMETERS, ::fluxo::Entry<&name>::COUNT, ::fluxo::bound threads},
#define FLUXO_MODULE(fingerprint, ...) \
  static const ::fluxo::Kernel fluxo_kernels[] = {__VA_ARGS__ {nullptr, nullptr, nullptr, 0, 0}}; \
  extern "C" __attribute__((visibility("default"))) const ::fluxo::Module fluxo_module; \
  const ::fluxo::Module fluxo_module = {fingerprint, fluxo_kernels, sizeof(fluxo_kernels) / sizeof(::fluxo::Kernel) - 1, ::fluxo::use, ::fluxo::enter};
