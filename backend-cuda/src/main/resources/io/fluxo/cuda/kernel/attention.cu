// softmax(scale · QKᵀ)V for each head, tile by tile (Dao et al. 2022, algorithm 1; backward: its algorithm 4, with the queries' gradient in a kernel of its own, so
// that no two blocks add to one number). q [batch n head d], k [batch m head d], v [batch m head dv] → y [batch n head dv]; the largest score of each query and
// 1/Σ e^(score − largest) are saved [batch head n]: their logarithm alone would lose digits where scores are large.
//
// A block has 16 × 16 threads and works on tiles of 32 queries and 32 keys. Thread (i, j) holds the elements (i + 16 r, j + 16 c) of every tile.

constexpr int SIDE = 16;
constexpr int TILE = 32;
constexpr int ROUNDS = TILE / SIDE;
constexpr int THREADS = SIDE * SIDE;

// Rows first … first + TILE − 1 of [batch rows head width] for one batch and head to shared memory, zeros beyond the last.
__device__ __forceinline__ void load(float* to, const float* from, u32 batch, u32 head, u32 heads, u32 first, u32 rows, u32 width) {
  for (u32 i = threadIdx.x; i < TILE * width; i += THREADS) {
    const u32 row = first + i / width;
    to[(i / width) * (width + 1) + i % width] = row < rows ? from[(((u64)batch * rows + row) * heads + head) * width + i % width] : 0.0f;
  }
}

// a [TILE width] · bᵀ [TILE width], both in shared memory with rows of width + 1.
__device__ __forceinline__ void by_rows(float (&sum)[ROUNDS][ROUNDS], const float* a, const float* b, u32 width) {
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE;
  for (int r = 0; r < ROUNDS; r++) for (int c = 0; c < ROUNDS; c++) sum[r][c] = 0.0f;
  for (u32 k = 0; k < width; k++) {
    float x[ROUNDS], y[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) x[r] = a[(i + SIDE * r) * (width + 1) + k];
    for (int c = 0; c < ROUNDS; c++) y[c] = b[(j + SIDE * c) * (width + 1) + k];
    for (int r = 0; r < ROUNDS; r++) for (int c = 0; c < ROUNDS; c++) sum[r][c] += x[r] * y[c];
  }
}

// Adds p [TILE TILE] · b [TILE width], or pᵀ · b where TRANSPOSED, to sums.
template <int COLUMNS, bool TRANSPOSED> __device__ __forceinline__ void by_columns(float (&sum)[ROUNDS][COLUMNS], const float* p, const float* b, u32 width) {
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE;
  for (u32 k = 0; k < TILE; k++) {
    float x[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) x[r] = TRANSPOSED ? p[k * (TILE + 1) + i + SIDE * r] : p[(i + SIDE * r) * (TILE + 1) + k];
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      const u32 column = j + SIDE * c;
      const float y = column < width ? b[k * (width + 1) + column] : 0.0f;
      for (int r = 0; r < ROUNDS; r++) sum[r][c] += x[r] * y;
    }
  }
}

__device__ __forceinline__ void keep(float* tile, const float (&values)[ROUNDS][ROUNDS]) {
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE;
  for (int r = 0; r < ROUNDS; r++) for (int c = 0; c < ROUNDS; c++) tile[(i + SIDE * r) * (TILE + 1) + j + SIDE * c] = values[r][c];
}

// Over the 16 threads that share a row.
__device__ __forceinline__ float row_max(float x) {
  for (int offset = SIDE / 2; offset > 0; offset >>= 1) x = maximum(x, __shfl_xor_sync(ALL_LANES, x, offset));
  return x;
}
__device__ __forceinline__ float row_sum(float x) {
  for (int offset = SIDE / 2; offset > 0; offset >>= 1) x += __shfl_xor_sync(ALL_LANES, x, offset);
  return x;
}

template <int COLUMNS> __device__ void forward(const float* q, const float* k, const float* v, float* y, float* tops, float* shares, float* scores, const Sizes& s, float scale) {
  DYNAMIC_SHARED(float, shared);
  float* queries = shared;
  float* keyed = queries + TILE * (s.d + 1);
  float* values = keyed + TILE * (s.d + 1);
  float* pattern = values + TILE * (s.dv + 1);
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE, first = blockIdx.x * TILE, head = blockIdx.y, batch = blockIdx.z;
  load(queries, q, batch, head, s.heads, first, s.n, s.d);
  float sums[ROUNDS][COLUMNS] = {}, top[ROUNDS], total[ROUNDS];
  for (int r = 0; r < ROUNDS; r++) { top[r] = -INF; total[r] = 0.0f; }
  const u32 last = min(first + TILE, (u32)s.n) - 1;
  const u32 end = scores ? (u32)s.m : keys(s, last);
  for (u32 key = 0; key < end; key += TILE) {
    __syncthreads();  // the former tile has been read
    load(keyed, k, batch, head, s.heads, key, s.m, s.d);
    load(values, v, batch, head, s.heads, key, s.m, s.dv);
    __syncthreads();
    float score[ROUNDS][ROUNDS];
    by_rows(score, queries, keyed, s.d);
    for (int r = 0; r < ROUNDS; r++) {
      const u32 query = first + i + SIDE * r;
      float largest = -INF;
      for (int c = 0; c < ROUNDS; c++) {
        const u32 at = key + j + SIDE * c;
        score[r][c] = sees(s, query, at) ? score[r][c] * scale : -INF;
        if (scores && query < s.n && at < s.m) scores[(((u64)batch * s.heads + head) * s.n + query) * s.m + at] = score[r][c];
        largest = maximum(largest, score[r][c]);
      }
      const float before = top[r];
      top[r] = maximum(before, row_max(largest));
      const float reference = top[r] == -INF ? 0.0f : top[r];
      const float shrink = expf(before - reference);
      float sum = 0.0f;
      for (int c = 0; c < ROUNDS; c++) { score[r][c] = expf(score[r][c] - reference); sum += score[r][c]; }
      total[r] = total[r] * shrink + row_sum(sum);
      for (int c = 0; c < COLUMNS; c++) sums[r][c] *= shrink;
    }
    keep(pattern, score);
    __syncthreads();
    by_columns<COLUMNS, false>(sums, pattern, values, s.dv);
  }
  for (int r = 0; r < ROUNDS; r++) {
    const u32 query = first + i + SIDE * r;
    if (query >= s.n) continue;
    const float share = total[r] == 0.0f ? 0.0f : 1.0f / total[r];
    for (int c = 0; c < COLUMNS; c++) {
      const u32 column = j + SIDE * c;
      if (column < s.dv) y[(((u64)batch * s.n + query) * s.heads + head) * s.dv + column] = sums[r][c] * share;
    }
    if (j == 0) {
      tops[((u64)batch * s.heads + head) * s.n + query] = top[r];
      shares[((u64)batch * s.heads + head) * s.n + query] = share;
    }
  }
}
#define FORWARD const float* q, const float* k, const float* v, float* y, float* tops, float* shares, float* scores, Sizes s, float scale
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_1(FORWARD) { forward<1>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_2(FORWARD) { forward<2>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_4(FORWARD) { forward<4>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_8(FORWARD) { forward<8>(q, k, v, y, tops, shares, scores, s, scale); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_16(FORWARD) { forward<16>(q, k, v, y, tops, shares, scores, s, scale); }

// The weights, from the scores and what is saved of each query.
extern "C" __global__ void attention_pattern(const float* scores, const float* tops, const float* shares, float* pattern, int m, i64 n) {
  FOR_EACH(i, n) {
    const u32 query = i / (u32)m;
    pattern[i] = scores[i] == -INF ? 0.0f : expf(scores[i] - tops[query]) * shares[query];
  }
}

// Σ g y of each query and head: what the softmax's gradient takes off. [batch head n], a warp for each.
extern "C" __global__ void attention_dots(const float* g, const float* y, float* dots, Sizes s) {
  const u32 lane = threadIdx.x & 31, rows = (u32)(s.batch * s.n * s.heads);
  for (u32 row = (blockIdx.x * blockDim.x + threadIdx.x) >> 5; row < rows; row += (gridDim.x * blockDim.x) >> 5) {
    float sum = 0.0f;
    for (u32 c = lane; c < s.dv; c += 32) sum += g[(u64)row * s.dv + c] * y[(u64)row * s.dv + c];
    sum = warp_sum(sum);
    const u32 head = row % (u32)s.heads, query = row / (u32)s.heads % (u32)s.n, batch = row / (u32)(s.heads * s.n);
    if (lane == 0) dots[((u64)batch * s.heads + head) * s.n + query] = sum;
  }
}

// The weights of a tile, and the gradients of its scores, from tiles in shared memory.
__device__ __forceinline__ void tile_gradients(float (&weight)[ROUNDS][ROUNDS], float (&slope)[ROUNDS][ROUNDS], const float* queries, const float* keyed, const float* g,
                                               const float* values, const float* tops, const float* shares, const float* dots, u64 rows, u32 first, u32 key, const Sizes& s, float scale) {
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE;
  by_rows(weight, queries, keyed, s.d);
  by_rows(slope, g, values, s.dv);
  for (int r = 0; r < ROUNDS; r++) {
    const u32 query = first + i + SIDE * r;
    for (int c = 0; c < ROUNDS; c++) {
      weight[r][c] = sees(s, query, key + j + SIDE * c) ? expf(weight[r][c] * scale - tops[rows + query]) * shares[rows + query] : 0.0f;
      slope[r][c] = weight[r][c] == 0.0f ? 0.0f : weight[r][c] * (slope[r][c] - dots[rows + query]) * scale;
    }
  }
}

// The gradients of a tile of keys and values: over the tiles of queries that see them.
template <int COLUMNS> __device__ void keys_backward(const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots, float* dk,
                                                     float* dv, const Sizes& s, float scale) {
  DYNAMIC_SHARED(float, shared);
  float* queries = shared;
  float* keyed = queries + TILE * (s.d + 1);
  float* values = keyed + TILE * (s.d + 1);
  float* gradients = values + TILE * (s.dv + 1);
  float* weights = gradients + TILE * (s.dv + 1);
  float* slopes = weights + TILE * (TILE + 1);
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE, key = blockIdx.x * TILE, head = blockIdx.y, batch = blockIdx.z;
  const u64 rows = ((u64)batch * s.heads + head) * s.n;
  load(keyed, k, batch, head, s.heads, key, s.m, s.d);
  load(values, v, batch, head, s.heads, key, s.m, s.dv);
  float sum_k[ROUNDS][COLUMNS] = {}, sum_v[ROUNDS][COLUMNS] = {};
  const i64 nearest = s.causal ? (i64)key - (s.m - s.n) : 0;  // the first query that sees the first key
  for (u32 first = nearest > 0 ? (u32)nearest / TILE * TILE : 0; first < s.n; first += TILE) {
    __syncthreads();
    load(queries, q, batch, head, s.heads, first, s.n, s.d);
    load(gradients, g, batch, head, s.heads, first, s.n, s.dv);
    __syncthreads();
    float weight[ROUNDS][ROUNDS], slope[ROUNDS][ROUNDS];
    tile_gradients(weight, slope, queries, keyed, gradients, values, tops, shares, dots, rows, first, key, s, scale);
    keep(weights, weight);
    keep(slopes, slope);
    __syncthreads();
    by_columns<COLUMNS, true>(sum_v, weights, gradients, s.dv);
    by_columns<COLUMNS, true>(sum_k, slopes, queries, s.d);
  }
  for (int r = 0; r < ROUNDS; r++) {
    const u32 row = key + i + SIDE * r;
    if (row >= s.m) continue;
    for (int c = 0; c < COLUMNS; c++) {
      const u32 column = j + SIDE * c;
      if (column < s.d) dk[(((u64)batch * s.m + row) * s.heads + head) * s.d + column] = sum_k[r][c];
      if (column < s.dv) dv[(((u64)batch * s.m + row) * s.heads + head) * s.dv + column] = sum_v[r][c];
    }
  }
}

// The gradients of a tile of queries: over the tiles of keys that they see.
template <int COLUMNS> __device__ void queries_backward(const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots, float* dq,
                                                        const Sizes& s, float scale) {
  DYNAMIC_SHARED(float, shared);
  float* queries = shared;
  float* keyed = queries + TILE * (s.d + 1);
  float* values = keyed + TILE * (s.d + 1);
  float* gradients = values + TILE * (s.dv + 1);
  float* slopes = gradients + TILE * (s.dv + 1);
  const u32 i = threadIdx.x / SIDE, j = threadIdx.x % SIDE, first = blockIdx.x * TILE, head = blockIdx.y, batch = blockIdx.z;
  const u64 rows = ((u64)batch * s.heads + head) * s.n;
  load(queries, q, batch, head, s.heads, first, s.n, s.d);
  load(gradients, g, batch, head, s.heads, first, s.n, s.dv);
  float sums[ROUNDS][COLUMNS] = {};
  const u32 end = keys(s, min(first + TILE, (u32)s.n) - 1);
  for (u32 key = 0; key < end; key += TILE) {
    __syncthreads();
    load(keyed, k, batch, head, s.heads, key, s.m, s.d);
    load(values, v, batch, head, s.heads, key, s.m, s.dv);
    __syncthreads();
    float weight[ROUNDS][ROUNDS], slope[ROUNDS][ROUNDS];
    tile_gradients(weight, slope, queries, keyed, gradients, values, tops, shares, dots, rows, first, key, s, scale);
    keep(slopes, slope);
    __syncthreads();
    by_columns<COLUMNS, false>(sums, slopes, keyed, s.d);
  }
  for (int r = 0; r < ROUNDS; r++) {
    const u32 query = first + i + SIDE * r;
    if (query >= s.n) continue;
    for (int c = 0; c < COLUMNS; c++) {
      const u32 column = j + SIDE * c;
      if (column < s.d) dq[(((u64)batch * s.n + query) * s.heads + head) * s.d + column] = sums[r][c];
    }
  }
}
#define BACKWARD const float* q, const float* k, const float* v, const float* g, const float* tops, const float* shares, const float* dots
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_keys_1(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<1>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_keys_2(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<2>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_keys_4(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<4>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_keys_8(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<8>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_keys_16(BACKWARD, float* dk, float* dv, Sizes s, float scale) {
  keys_backward<16>(q, k, v, g, tops, shares, dots, dk, dv, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_queries_1(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<1>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_queries_2(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<2>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_queries_4(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<4>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_queries_8(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<8>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_queries_16(BACKWARD, float* dq, Sizes s, float scale) {
  queries_backward<16>(q, k, v, g, tops, shares, dots, dq, s, scale);
}
