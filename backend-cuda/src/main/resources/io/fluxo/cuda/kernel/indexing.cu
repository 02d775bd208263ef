// Rows by index, and back.

template <class T, class I> __device__ void gather(const T* table, const I* indices, T* y, i64 rows, i64 width, i64 n, Fault* fault) {
  FOR_EACH(i, n) {
    const u32 element = i / (u32)width;
    const i64 index = indices[element];
    if (index < 0 || index >= rows) {
      report(fault, 1, element, index, rows);
      y[i] = (T)0;
    } else {
      y[i] = table[index * width + i % (u32)width];
    }
  }
}
extern "C" __global__ void gather_1_i32(const u8* t, const int* at, u8* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }
extern "C" __global__ void gather_4_i32(const u32* t, const int* at, u32* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }
extern "C" __global__ void gather_8_i32(const u64* t, const int* at, u64* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }
extern "C" __global__ void gather_1_i64(const u8* t, const i64* at, u8* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }
extern "C" __global__ void gather_4_i64(const u32* t, const i64* at, u32* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }
extern "C" __global__ void gather_8_i64(const u64* t, const i64* at, u64* y, i64 rows, i64 width, i64 n, Fault* fault) { gather(t, at, y, rows, width, n, fault); }

// Sums of the rows that have one index, in an order that the indices alone decide: keys (index, position) are sorted, and a block adds up the rows of one index. All keys differ, so that
// there is one sorted order, and each key finds its own place in it by counting the smaller ones.

constexpr u32 TILE = 256;
constexpr u64 NO_ROW = 0xffffffffu;

// Sorts tiles of TILE keys. An index that names no row is reported.
template <class I> __device__ void sort_tiles(const I* indices, u64* keys, i64 rows, u32 count, Fault* fault) {
  __shared__ u64 tile[TILE];
  for (u32 begin = blockIdx.x * TILE; begin < count; begin += gridDim.x * TILE) {
    const u32 mine = begin + threadIdx.x, length = min(TILE, count - begin);
    if (mine < count) {
      const i64 index = indices[mine];
      const bool names = index >= 0 && index < rows;
      if (!names) report(fault, 2, mine, index, rows);
      tile[threadIdx.x] = (names ? (u64)index : NO_ROW) << 32 | mine;
    }
    __syncthreads();
    if (mine < count) {
      u32 smaller = 0;
      for (u32 i = 0; i < length; i++) smaller += tile[i] < tile[threadIdx.x];
      keys[begin + smaller] = tile[threadIdx.x];
    }
    __syncthreads();  // the next round writes the tile
  }
}
extern "C" __global__ void sort_tiles_i32(const int* at, u64* keys, i64 rows, int count, Fault* fault) { sort_tiles(at, keys, rows, (u32)count, fault); }
extern "C" __global__ void sort_tiles_i64(const i64* at, u64* keys, i64 rows, int count, Fault* fault) { sort_tiles(at, keys, rows, (u32)count, fault); }

// Merges sorted runs of `run` keys, two by two. The last one may be shorter, or without another.
extern "C" __global__ void merge_runs(const u64* from, u64* to, int run, int count) {
  FOR_EACH(i, count) {
    const u32 own = i / (u32)run * (u32)run, other = (i / (u32)run ^ 1u) * (u32)run;
    u32 low = min(other, (u32)count), high = min(other + (u32)run, (u32)count);
    const u32 begin = low;
    while (low < high) {
      const u32 middle = (low + high) / 2;
      if (from[middle] < from[i]) low = middle + 1; else high = middle;
    }
    to[min(own, other) + (i - own) + (low - begin)] = from[i];
  }
}

// y is zero before. The block at the first key of an index adds up its rows. Where there are many, several threads share a column: each takes every LANES-th row.
extern "C" __global__ void add_rows(const u64* keys, const float* values, float* y, int width, int count) {
  constexpr u32 LANES = 8;
  __shared__ float room[TILE];
  for (u32 first = blockIdx.x; first < (u32)count; first += gridDim.x) {
    const u64 index = keys[first] >> 32;
    if (index == NO_ROW || (first > 0 && keys[first - 1] >> 32 == index)) continue;
    const u32 lanes = first + LANES < (u32)count && keys[first + LANES] >> 32 == index ? LANES : 1;
    const u32 columns = blockDim.x / lanes, lane = threadIdx.x / columns;
    for (u32 begin = 0; begin < (u32)width; begin += columns) {
      const u32 column = begin + threadIdx.x % columns;
      float sum = 0.0f;
      if (column < (u32)width) {
        for (u32 i = first + lane; i < (u32)count && keys[i] >> 32 == index; i += lanes) sum += values[(u64)(u32)keys[i] * width + column];
      }
      room[threadIdx.x] = sum;
      __syncthreads();
      if (lane == 0 && column < (u32)width) {
        for (u32 other = 1; other < lanes; other++) sum += room[other * columns + threadIdx.x];
        y[index * width + column] = sum;
      }
      __syncthreads();
    }
  }
}
