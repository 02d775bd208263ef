// Stands before every source: types, functions of one element, sums over threads. Nothing here depends on CUDA's headers.
// Where a kernel loops over elements, they fit into 31 bits.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#define INF __int_as_float(0x7f800000)
#define NOT_A_NUMBER __int_as_float(0x7fffffff)
#define ALL_LANES 0xffffffffu
// Shared memory whose size the launch says.
#ifndef FLUXO_EMULATED
#define DYNAMIC_SHARED(T, name) extern __shared__ __align__(16) unsigned char name##_bytes[]; T* name = (T*)name##_bytes
#else
#define DYNAMIC_SHARED(T, name) FLUXO_DYNAMIC_SHARED(name, T)
#endif
#define FOR_EACH(i, n) for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < (u32)(n); i += gridDim.x * blockDim.x)

// ---- one element; integers wrap. Each operation rounds by itself: the compiler must not make one of a product and a sum, or a chain would have other bits than its links.

__device__ __forceinline__ float add(float a, float b) { return __fadd_rn(a, b); }
__device__ __forceinline__ float sub(float a, float b) { return __fadd_rn(a, -b); }
__device__ __forceinline__ float mul(float a, float b) { return __fmul_rn(a, b); }
__device__ __forceinline__ float divide(float a, float b) { return a / b; }
__device__ __forceinline__ float maximum(float a, float b) { return a > b || a != a ? a : b; }
__device__ __forceinline__ int add(int a, int b) { return (int)((u32)a + (u32)b); }
__device__ __forceinline__ int sub(int a, int b) { return (int)((u32)a - (u32)b); }
__device__ __forceinline__ int mul(int a, int b) { return (int)((u32)a * (u32)b); }
__device__ __forceinline__ int divide(int a, int b) { return b == 0 ? 0 : b == -1 ? sub(0, a) : a / b; }
__device__ __forceinline__ int maximum(int a, int b) { return a > b ? a : b; }
__device__ __forceinline__ i64 add(i64 a, i64 b) { return (i64)((u64)a + (u64)b); }
__device__ __forceinline__ i64 sub(i64 a, i64 b) { return (i64)((u64)a - (u64)b); }
__device__ __forceinline__ i64 mul(i64 a, i64 b) { return (i64)((u64)a * (u64)b); }
__device__ __forceinline__ i64 divide(i64 a, i64 b) { return b == 0 ? 0 : b == -1 ? sub((i64)0, a) : a / b; }
__device__ __forceinline__ i64 maximum(i64 a, i64 b) { return a > b ? a : b; }
__device__ __forceinline__ u8 maximum(u8 a, u8 b) { return a | b; }
template <class T> __device__ __forceinline__ u8 less(T a, T b) { return a < b; }
template <class T> __device__ __forceinline__ u8 equal(T a, T b) { return a == b; }

// ---- to another type: reals beyond an integer type become its first or last number, NaN 0

__device__ __forceinline__ int to_i32(float x) { return x != x ? 0 : x >= 2147483648.0f ? 2147483647 : x <= -2147483648.0f ? -2147483647 - 1 : (int)x; }
__device__ __forceinline__ int to_i32(int x) { return x; }
__device__ __forceinline__ int to_i32(i64 x) { return (int)(u32)(u64)x; }
__device__ __forceinline__ int to_i32(u8 x) { return x; }
__device__ __forceinline__ i64 to_i64(float x) {
  const i64 last = 0x7fffffffffffffffLL;
  return x != x ? 0 : x >= 9223372036854775808.0f ? last : x <= -9223372036854775808.0f ? -last - 1 : (i64)x;
}
__device__ __forceinline__ i64 to_i64(int x) { return x; }
__device__ __forceinline__ i64 to_i64(i64 x) { return x; }
__device__ __forceinline__ i64 to_i64(u8 x) { return x; }
__device__ __forceinline__ float to_f32(float x) { return x; }
__device__ __forceinline__ float to_f32(int x) { return (float)x; }
__device__ __forceinline__ float to_f32(i64 x) { return (float)x; }
__device__ __forceinline__ float to_f32(u8 x) { return (float)x; }
template <class T> __device__ __forceinline__ u8 to_bool(T x) { return x != (T)0; }

// The upper 16 bits of a float, rounded to nearest even.
__device__ __forceinline__ u16 bf16(float x) {
  const u32 bits = __float_as_uint(x);
  return x != x ? 0x7fff : (u16)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

// ---- activations and their derivatives

__device__ __forceinline__ float relu(float x) { return x <= 0.0f ? 0.0f : x; }
__device__ __forceinline__ float relu_gradient(float g, float x) { return x <= 0.0f ? 0.0f : g; }
__device__ __forceinline__ float gelu(float x) { return x * (erff(x * 0.70710678118654752f) + 1.0f) * 0.5f; }
__device__ __forceinline__ float gelu_gradient(float g, float x) {
  const float share = 0.5f * (erff(x * 0.70710678118654752f) + 1.0f);
  return g * (share + x * 0.39894228040143268f * expf(-0.5f * x * x));
}
__device__ __forceinline__ float gelu_tanh(float x) {
  return x * (tanhf(0.79788456080286536f * (x + 0.044715f * (x * x * x))) + 1.0f) * 0.5f;
}
__device__ __forceinline__ float gelu_tanh_gradient(float g, float x) {
  const float t = tanhf(0.79788456080286536f * (x + 0.044715f * (x * x * x)));
  const float slope = 0.79788456080286536f * (1.0f + 0.134145f * (x * x));
  return g * (0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * slope);
}

// ---- places of elements in tensors that are stretched or rearranged

constexpr int MOST_AXES = 8;

template <int K> struct Walk {
  i64 rank;
  i64 size[MOST_AXES];
  i64 stride[K][MOST_AXES];
};

template <int K> __device__ __forceinline__ void places(const Walk<K>& walk, u32 i, u32 (&at)[K]) {
  for (int k = 0; k < K; k++) at[k] = 0;
  for (int axis = (int)walk.rank - 1; axis >= 0; axis--) {
    const u32 size = (u32)walk.size[axis];
    const u32 rest = i / size;
    const u32 index = i - rest * size;
    for (int k = 0; k < K; k++) at[k] += index * (u32)walk.stride[k][axis];
    i = rest;
  }
}

// ---- counter-based draws: SplitMix64's finalizer

__device__ __forceinline__ u64 mixed(u64 z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
// Uniform on [0, 1): draw i of a key (state, counter), its upper 24 bits.
__device__ __forceinline__ float draw(const i64* key, u32 i) {
  const u64 counter = (u64)key[1] + i;
  return (float)(mixed((u64)key[0] + (counter + 1) * 0x9E3779B97F4A7C15ull) >> 40) * 5.9604644775390625e-8f;
}

// ---- sums and maxima over threads, in a fixed order

__device__ __forceinline__ float warp_sum(float x) {
  for (int offset = 16; offset > 0; offset >>= 1) x += __shfl_xor_sync(ALL_LANES, x, offset);
  return x;
}
__device__ __forceinline__ float warp_max(float x) {
  for (int offset = 16; offset > 0; offset >>= 1) x = maximum(x, __shfl_xor_sync(ALL_LANES, x, offset));
  return x;
}
// Of all threads of a block of whole warps, for each of them. `room` holds a number for each warp.
__device__ __forceinline__ float block_sum(float x, float* room) {
  const u32 lane = threadIdx.x & 31, warps = blockDim.x >> 5;
  x = warp_sum(x);
  if (warps == 1) return x;
  __syncthreads();  // a former result may still be read
  if (lane == 0) room[threadIdx.x >> 5] = x;
  __syncthreads();
  return warp_sum(lane < warps ? room[lane] : 0.0f);
}
__device__ __forceinline__ float block_max(float x, float* room) {
  const u32 lane = threadIdx.x & 31, warps = blockDim.x >> 5;
  x = warp_max(x);
  if (warps == 1) return x;
  __syncthreads();
  if (lane == 0) room[threadIdx.x >> 5] = x;
  __syncthreads();
  return warp_max(lane < warps ? room[lane] : -INF);
}

// ---- faults of data: an index that names no row. The host looks at the cells when it reads values back.

struct Fault {
  int kind;       // 0: none
  int element;    // which index
  i64 index;      // its value
  i64 rows;       // how many there are
};
__device__ inline void report(Fault* fault, int kind, u32 element, i64 index, i64 rows) {
  if (atomicCAS(&fault->kind, 0, kind) == 0) {
    fault->element = (int)element;
    fault->index = index;
    fault->rows = rows;
  }
}
