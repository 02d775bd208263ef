// Sums and maxima over the middle axis of [outer, count, inner]. Where there are few results, the axis is cut into chunks, which a second launch puts together.

struct SumF32 { typedef float T; __device__ static T none() { return 0.0f; } __device__ static T join(T a, T b) { return a + b; } };
struct SumI32 { typedef int T; __device__ static T none() { return 0; } __device__ static T join(T a, T b) { return add(a, b); } };
struct SumI64 { typedef i64 T; __device__ static T none() { return 0; } __device__ static T join(T a, T b) { return add(a, b); } };
struct MaxF32 { typedef float T; __device__ static T none() { return -INF; } __device__ static T join(T a, T b) { return maximum(a, b); } };
struct MaxI32 { typedef int T; __device__ static T none() { return -2147483647 - 1; } __device__ static T join(T a, T b) { return maximum(a, b); } };
struct MaxI64 { typedef i64 T; __device__ static T none() { return -0x7fffffffffffffffLL - 1; } __device__ static T join(T a, T b) { return maximum(a, b); } };
struct MaxBool { typedef u8 T; __device__ static T none() { return 0; } __device__ static T join(T a, T b) { return maximum(a, b); } };

// A block for each chunk of each row; inner is 1. y [outer, chunks].
template <class F> __device__ void rows(const typename F::T* x, typename F::T* y, u32 outer, u32 count, u32 chunks) {
  typedef typename F::T T;
  __shared__ T room[256];
  const u32 length = (count + chunks - 1) / chunks;
  for (u32 piece = blockIdx.x; piece < outer * chunks; piece += gridDim.x) {
    const u32 row = piece / chunks, from = min((piece % chunks) * length, count), to = min(from + length, count);
    T result = F::none();
    for (u32 i = from + threadIdx.x; i < to; i += blockDim.x) result = F::join(result, x[(u64)row * count + i]);
    room[threadIdx.x] = result;
    __syncthreads();
    for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
      if (threadIdx.x < half) room[threadIdx.x] = F::join(room[threadIdx.x], room[threadIdx.x + half]);
      __syncthreads();
    }
    if (threadIdx.x == 0) y[piece] = room[0];
    __syncthreads();
  }
}

// A thread for each result of each chunk. y [outer, chunks, inner].
template <class F> __device__ void columns(const typename F::T* x, typename F::T* y, u32 outer, u32 count, u32 inner, u32 chunks) {
  const u32 length = (count + chunks - 1) / chunks;
  FOR_EACH(i, outer * chunks * inner) {
    const u32 column = i % inner, chunk = i / inner % chunks, from = min(chunk * length, count), to = min(from + length, count);
    const typename F::T* at = x + ((u64)(i / inner / chunks) * count) * inner + column;
    typename F::T result = F::none();
    for (u32 j = from; j < to; j++) result = F::join(result, at[(u64)j * inner]);
    y[i] = result;
  }
}

extern "C" __global__ void sum_rows_f32(const float* x, float* y, int outer, int count, int chunks) { rows<SumF32>(x, y, outer, count, chunks); }
extern "C" __global__ void sum_rows_i32(const int* x, int* y, int outer, int count, int chunks) { rows<SumI32>(x, y, outer, count, chunks); }
extern "C" __global__ void sum_rows_i64(const i64* x, i64* y, int outer, int count, int chunks) { rows<SumI64>(x, y, outer, count, chunks); }
extern "C" __global__ void max_rows_f32(const float* x, float* y, int outer, int count, int chunks) { rows<MaxF32>(x, y, outer, count, chunks); }
extern "C" __global__ void max_rows_i32(const int* x, int* y, int outer, int count, int chunks) { rows<MaxI32>(x, y, outer, count, chunks); }
extern "C" __global__ void max_rows_i64(const i64* x, i64* y, int outer, int count, int chunks) { rows<MaxI64>(x, y, outer, count, chunks); }
extern "C" __global__ void max_rows_bool(const u8* x, u8* y, int outer, int count, int chunks) { rows<MaxBool>(x, y, outer, count, chunks); }
extern "C" __global__ void sum_columns_f32(const float* x, float* y, int outer, int count, int inner, int chunks) { columns<SumF32>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void sum_columns_i32(const int* x, int* y, int outer, int count, int inner, int chunks) { columns<SumI32>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void sum_columns_i64(const i64* x, i64* y, int outer, int count, int inner, int chunks) { columns<SumI64>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void max_columns_f32(const float* x, float* y, int outer, int count, int inner, int chunks) { columns<MaxF32>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void max_columns_i32(const int* x, int* y, int outer, int count, int inner, int chunks) { columns<MaxI32>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void max_columns_i64(const i64* x, i64* y, int outer, int count, int inner, int chunks) { columns<MaxI64>(x, y, outer, count, inner, chunks); }
extern "C" __global__ void max_columns_bool(const u8* x, u8* y, int outer, int count, int inner, int chunks) { columns<MaxBool>(x, y, outer, count, inner, chunks); }

// ---- the first largest; a NaN is larger than all numbers

__device__ __forceinline__ bool larger(float a, float b) { return a > b || (a != a && b == b); }
__device__ __forceinline__ bool larger(int a, int b) { return a > b; }
__device__ __forceinline__ bool larger(i64 a, i64 b) { return a > b; }

// A warp for each result: lanes look at elements in turn, and the lower index wins between lanes.
template <class T> __device__ void arg_max(const T* x, int* y, u32 outer, u32 count, u32 inner) {
  const u32 lane = threadIdx.x & 31;
  for (u32 i = (blockIdx.x * blockDim.x + threadIdx.x) >> 5; i < outer * inner; i += (gridDim.x * blockDim.x) >> 5) {
    const T* at = x + (u64)(i / inner) * count * inner + i % inner;
    T best = at[0];
    u32 where = 0;
    for (u32 j = lane; j < count; j += 32) {
      const T candidate = at[(u64)j * inner];
      if (larger(candidate, best)) { best = candidate; where = j; }
    }
    for (int offset = 16; offset > 0; offset >>= 1) {
      const T other = __shfl_xor_sync(ALL_LANES, best, offset);
      const u32 place = __shfl_xor_sync(ALL_LANES, where, offset);
      if (larger(other, best) || (!larger(best, other) && place < where)) { best = other; where = place; }
    }
    if (lane == 0) y[i] = (int)where;
  }
}
extern "C" __global__ void arg_max_f32(const float* x, int* y, int outer, int count, int inner) { arg_max(x, y, outer, count, inner); }
extern "C" __global__ void arg_max_i32(const int* x, int* y, int outer, int count, int inner) { arg_max(x, y, outer, count, inner); }
extern "C" __global__ void arg_max_i64(const i64* x, int* y, int outer, int count, int inner) { arg_max(x, y, outer, count, inner); }
