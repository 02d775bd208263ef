// Attention as in attention.cu, with products of bfloat16 on tensor cores and sums in float32. q, k, v, y and gradients are float32 in memory; they are rounded on their
// way to shared memory. Heads have HEAD numbers at most, rounded up to a multiple of 16, for queries, keys and values alike.
//
// A block has 4 warps. A warp owns 16 rows (queries, or keys) of a tile of 64, and holds its sums in the layout of mma.sync m16n8k16: with g = lane / 4 and t = lane % 4,
// a lane has of each 16 × 8 tile the elements (g, 2t), (g, 2t + 1), (g + 8, 2t) and (g + 8, 2t + 1).

constexpr int ROWS = 64;
constexpr int WARPS = 4;
constexpr int THREADS = 32 * WARPS;
constexpr int SPACE = 8;  // more columns in shared memory, so that rows lie on different banks

#ifndef FLUXO_EMULATED
__device__ __forceinline__ void mma_m16n8k16_bf16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

// Two neighbours: the first in the lower half.
__device__ __forceinline__ u32 pair(float low, float high) { return (u32)bf16(low) | (u32)bf16(high) << 16; }

// COUNT rows from `first` on of [batch rows head width] for one batch and head, as bfloat16 with zeros beyond the ends: [COUNT HEAD] where ACROSS is false,
// [HEAD COUNT] where it is true.
template <int HEAD, int COUNT, bool ACROSS> __device__ __forceinline__ void load(u16* to, const float* from, u32 batch, u32 head, u32 heads, u32 first, u32 rows, u32 width) {
  for (u32 i = threadIdx.x; i < COUNT * HEAD; i += THREADS) {
    const u32 row = i / HEAD, column = i % HEAD, at = first + row;
    const float x = at < rows && column < width ? from[(((u64)batch * rows + at) * heads + head) * width + column] : 0.0f;
    to[ACROSS ? column * (COUNT + SPACE) + row : row * (HEAD + SPACE) + column] = bf16(x);
  }
}

__device__ __forceinline__ u32 two(const u16* at) { return *(const u32*)at; }

// The left side of a product, 16 × 16 of a matrix in shared memory whose rows have `pitch` numbers.
__device__ __forceinline__ void left(u32 (&a)[4], const u16* from, u32 row, u32 column, u32 pitch) {
  const u32 g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  a[0] = two(from + (row + g) * pitch + column + 2 * t);
  a[1] = two(from + (row + g + 8) * pitch + column + 2 * t);
  a[2] = two(from + (row + g) * pitch + column + 8 + 2 * t);
  a[3] = two(from + (row + g + 8) * pitch + column + 8 + 2 * t);
}

// The right side, 16 × 8, of a matrix that is stored transposed: its columns are rows of `pitch` numbers.
__device__ __forceinline__ void right(u32 (&b)[2], const u16* from, u32 row, u32 column, u32 pitch) {
  const u32 g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  b[0] = two(from + (column + g) * pitch + row + 2 * t);
  b[1] = two(from + (column + g) * pitch + row + 8 + 2 * t);
}

// x [16 HEAD] · yᵀ, y [COUNT HEAD]: 16 × COUNT sums. Both are in shared memory by rows.
template <int HEAD, int COUNT> __device__ __forceinline__ void by_rows(float (&sum)[COUNT / 8][4], const u16* x, u32 row, const u16* y) {
#pragma unroll
  for (int j = 0; j < COUNT / 8; j++) for (int e = 0; e < 4; e++) sum[j][e] = 0.0f;
#pragma unroll
  for (int k = 0; k < HEAD; k += 16) {
    u32 a[4];
    left(a, x, row, k, HEAD + SPACE);
#pragma unroll
    for (int j = 0; j < COUNT / 8; j++) {
      u32 b[2];
      right(b, y, k, 8 * j, HEAD + SPACE);
      mma_m16n8k16_bf16(sum[j], a, b);
    }
  }
}

// Adds p [16 COUNT], which this warp holds, · y [COUNT HEAD], which is in shared memory across, to sums.
template <int HEAD, int COUNT> __device__ __forceinline__ void by_columns(float (&sum)[HEAD / 8][4], const float (&p)[COUNT / 8][4], const u16* across) {
#pragma unroll
  for (int k = 0; k < COUNT / 16; k++) {
    const u32 a[4] = {pair(p[2 * k][0], p[2 * k][1]), pair(p[2 * k][2], p[2 * k][3]), pair(p[2 * k + 1][0], p[2 * k + 1][1]), pair(p[2 * k + 1][2], p[2 * k + 1][3])};
#pragma unroll
    for (int j = 0; j < HEAD / 8; j++) {
      u32 b[2];
      right(b, across, 16 * k, 8 * j, COUNT + SPACE);
      mma_m16n8k16_bf16(sum[j], a, b);
    }
  }
}

// Writes 16 rows of [batch rows head width] from row `first` on.
template <int HEAD> __device__ __forceinline__ void store(float* to, const float (&sum)[HEAD / 8][4], u32 batch, u32 head, u32 heads, u32 first, u32 rows, u32 width,
                                                          float scale_low, float scale_high) {
  const u32 g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
#pragma unroll
  for (int j = 0; j < HEAD / 8; j++) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
      const u32 row = first + g + (e < 2 ? 0 : 8), column = 8 * j + 2 * t + (e & 1);
      if (row < rows && column < width) to[(((u64)batch * rows + row) * heads + head) * width + column] = sum[j][e] * (e < 2 ? scale_low : scale_high);
    }
  }
}

// Over the 4 lanes that share a row.
__device__ __forceinline__ float row_max(float x) {
  x = maximum(x, __shfl_xor_sync(ALL_LANES, x, 1));
  return maximum(x, __shfl_xor_sync(ALL_LANES, x, 2));
}
__device__ __forceinline__ float row_sum(float x) {
  x += __shfl_xor_sync(ALL_LANES, x, 1);
  return x + __shfl_xor_sync(ALL_LANES, x, 2);
}

template <int HEAD> __device__ void forward(const float* q, const float* k, const float* v, float* y, float* tops, float* shares, float* scores, const Sizes& s, float scale) {
  DYNAMIC_SHARED(u16, shared);
  u16* queries = shared;
  u16* keyed = queries + ROWS * (HEAD + SPACE);
  u16* values = keyed + ROWS * (HEAD + SPACE);
  const u32 row = 16 * (threadIdx.x >> 5), g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3, first = blockIdx.x * ROWS, head = blockIdx.y, batch = blockIdx.z;
  load<HEAD, ROWS, false>(queries, q, batch, head, s.heads, first, s.n, s.d);
  float sums[HEAD / 8][4] = {}, top[2] = {-INF, -INF}, total[2] = {0.0f, 0.0f};
  const u32 end = scores ? (u32)s.m : keys(s, min(first + ROWS, (u32)s.n) - 1);
  for (u32 key = 0; key < end; key += ROWS) {
    __syncthreads();  // the former tile has been read
    load<HEAD, ROWS, false>(keyed, k, batch, head, s.heads, key, s.m, s.d);
    load<HEAD, ROWS, true>(values, v, batch, head, s.heads, key, s.m, s.dv);
    __syncthreads();
    float score[ROWS / 8][4];
    by_rows<HEAD, ROWS>(score, queries, row, keyed);
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float largest = -INF;
#pragma unroll
      for (int j = 0; j < ROWS / 8; j++) {
#pragma unroll
        for (int e = 2 * half; e < 2 * half + 2; e++) {
          const u32 query = first + row + g + 8 * half, at = key + 8 * j + 2 * t + (e & 1);
          score[j][e] = sees(s, query, at) ? score[j][e] * scale : -INF;
          if (scores && query < s.n && at < s.m) scores[(((u64)batch * s.heads + head) * s.n + query) * s.m + at] = score[j][e];
          largest = maximum(largest, score[j][e]);
        }
      }
      const float before = top[half];
      top[half] = maximum(before, row_max(largest));
      const float reference = top[half] == -INF ? 0.0f : top[half];
      const float shrink = expf(before - reference);
      float sum = 0.0f;
#pragma unroll
      for (int j = 0; j < ROWS / 8; j++) {
#pragma unroll
        for (int e = 2 * half; e < 2 * half + 2; e++) {
          score[j][e] = expf(score[j][e] - reference);
          sum += score[j][e];
        }
      }
      total[half] = total[half] * shrink + row_sum(sum);
#pragma unroll
      for (int j = 0; j < HEAD / 8; j++) {
        sums[j][2 * half] *= shrink;
        sums[j][2 * half + 1] *= shrink;
      }
    }
    by_columns<HEAD, ROWS>(sums, score, values);
  }
  store<HEAD>(y, sums, batch, head, s.heads, first + row, s.n, s.dv, total[0] == 0.0f ? 0.0f : 1.0f / total[0], total[1] == 0.0f ? 0.0f : 1.0f / total[1]);
  if (t == 0) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const u32 query = first + row + g + 8 * half;
      if (query < s.n) {
        tops[((u64)batch * s.heads + head) * s.n + query] = top[half];
        shares[((u64)batch * s.heads + head) * s.n + query] = total[half] == 0.0f ? 0.0f : 1.0f / total[half];
      }
    }
  }
}

// The gradients of a tile of keys and values: the scores are computed with keys as rows, for COUNT queries at a time.
template <int HEAD, int COUNT> __device__ void keys_backward(const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots, float* dk,
                                                  float* dv, const Sizes& s, float scale) {
  DYNAMIC_SHARED(u16, shared);
  constexpr int OWN = ROWS * (HEAD + SPACE), BY_ROWS = COUNT * (HEAD + SPACE), ACROSS = HEAD * (COUNT + SPACE);
  u16* keyed = shared;
  u16* values = keyed + OWN;
  u16* queries = values + OWN;
  u16* gradients = queries + BY_ROWS;
  u16* queries_across = gradients + BY_ROWS;
  u16* gradients_across = queries_across + ACROSS;
  const u32 row = 16 * (threadIdx.x >> 5), lane_row = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3, key = blockIdx.x * ROWS, head = blockIdx.y, batch = blockIdx.z;
  const u64 rows = ((u64)batch * s.heads + head) * s.n;
  load<HEAD, ROWS, false>(keyed, k, batch, head, s.heads, key, s.m, s.d);
  load<HEAD, ROWS, false>(values, v, batch, head, s.heads, key, s.m, s.dv);
  float sum_k[HEAD / 8][4] = {}, sum_v[HEAD / 8][4] = {};
  const i64 nearest = s.causal ? (i64)key - (s.m - s.n) : 0;  // the first query that sees the first key
  for (u32 first = nearest > 0 ? (u32)nearest / COUNT * COUNT : 0; first < s.n; first += COUNT) {
    __syncthreads();
    load<HEAD, COUNT, false>(queries, q, batch, head, s.heads, first, s.n, s.d);
    load<HEAD, COUNT, false>(gradients, g, batch, head, s.heads, first, s.n, s.dv);
    load<HEAD, COUNT, true>(queries_across, q, batch, head, s.heads, first, s.n, s.d);
    load<HEAD, COUNT, true>(gradients_across, g, batch, head, s.heads, first, s.n, s.dv);
    __syncthreads();
    float weight[COUNT / 8][4], slope[COUNT / 8][4];
    by_rows<HEAD, COUNT>(weight, keyed, row, queries);
    by_rows<HEAD, COUNT>(slope, values, row, gradients);
#pragma unroll
    for (int j = 0; j < COUNT / 8; j++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const u32 query = first + 8 * j + 2 * t + (e & 1);
        const bool seen = sees(s, query, key + row + lane_row + (e < 2 ? 0 : 8));
        weight[j][e] = seen ? expf(weight[j][e] * scale - tops[rows + query]) * shares[rows + query] : 0.0f;
        slope[j][e] = seen ? weight[j][e] * (slope[j][e] - dots[rows + query]) * scale : 0.0f;
      }
    }
    by_columns<HEAD, COUNT>(sum_v, weight, gradients_across);
    by_columns<HEAD, COUNT>(sum_k, slope, queries_across);
  }
  store<HEAD>(dk, sum_k, batch, head, s.heads, key + row, s.m, s.d, 1.0f, 1.0f);
  store<HEAD>(dv, sum_v, batch, head, s.heads, key + row, s.m, s.dv, 1.0f, 1.0f);
}

// The gradients of a tile of queries.
template <int HEAD> __device__ void queries_backward(const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots, float* dq,
                                                     const Sizes& s, float scale) {
  DYNAMIC_SHARED(u16, shared);
  constexpr int BY_ROWS = ROWS * (HEAD + SPACE);
  u16* queries = shared;
  u16* gradients = queries + BY_ROWS;
  u16* keyed = gradients + BY_ROWS;
  u16* values = keyed + BY_ROWS;
  u16* keyed_across = values + BY_ROWS;
  const u32 row = 16 * (threadIdx.x >> 5), lane_row = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3, first = blockIdx.x * ROWS, head = blockIdx.y, batch = blockIdx.z;
  const u64 rows = ((u64)batch * s.heads + head) * s.n;
  load<HEAD, ROWS, false>(queries, q, batch, head, s.heads, first, s.n, s.d);
  load<HEAD, ROWS, false>(gradients, g, batch, head, s.heads, first, s.n, s.dv);
  float sums[HEAD / 8][4] = {};
  const u32 end = keys(s, min(first + ROWS, (u32)s.n) - 1);
  for (u32 key = 0; key < end; key += ROWS) {
    __syncthreads();
    load<HEAD, ROWS, false>(keyed, k, batch, head, s.heads, key, s.m, s.d);
    load<HEAD, ROWS, false>(values, v, batch, head, s.heads, key, s.m, s.dv);
    load<HEAD, ROWS, true>(keyed_across, k, batch, head, s.heads, key, s.m, s.d);
    __syncthreads();
    float weight[ROWS / 8][4], slope[ROWS / 8][4];
    by_rows<HEAD, ROWS>(weight, queries, row, keyed);
    by_rows<HEAD, ROWS>(slope, gradients, row, values);
#pragma unroll
    for (int j = 0; j < ROWS / 8; j++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const u32 query = first + row + lane_row + (e < 2 ? 0 : 8);
        const bool seen = sees(s, query, key + 8 * j + 2 * t + (e & 1));
        slope[j][e] = seen ? expf(weight[j][e] * scale - tops[rows + query]) * shares[rows + query] * (slope[j][e] - dots[rows + query]) * scale : 0.0f;
      }
    }
    by_columns<HEAD, ROWS>(sums, slope, keyed_across);
  }
  store<HEAD>(dq, sums, batch, head, s.heads, first + row, s.n, s.d, 1.0f, 1.0f);
}

#define FORWARD const float* q, const float* k, const float* v, float* y, float* tops, float* shares, float* scores, Sizes s, float scale
#define BACKWARD const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_16(FORWARD) { forward<16>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_32(FORWARD) { forward<32>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_64(FORWARD) { forward<64>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_128(FORWARD) { forward<128>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS) attention_bf16_keys_16(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<16, 64>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS) attention_bf16_keys_32(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<32, 64>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS) attention_bf16_keys_64(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<64, 32>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS) attention_bf16_keys_128(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<128, 32>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_queries_16(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<16>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_queries_32(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<32>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_queries_64(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<64>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_bf16_queries_128(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<128>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
