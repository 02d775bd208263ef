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

// y is zero before. A block for each index: the first block that names a row adds up all that belong there, in the order of the indices, so that no two blocks
// write one row and the order of additions is fixed. Comparing all pairs of indices costs less than sorting them at the sizes of a batch.
template <class I> __device__ void scatter_add(const I* indices, const float* values, float* y, i64 rows, int width, int count, Fault* fault) {
  for (u32 mine = blockIdx.x; mine < (u32)count; mine += gridDim.x) {
    const I row = indices[mine];
    if (row < 0 || row >= rows) {
      if (threadIdx.x == 0) report(fault, 2, mine, row, rows);
      continue;
    }
    int before = 0;
    for (u32 i = threadIdx.x; i < mine && !before; i += blockDim.x) before = indices[i] == row;
    if (__syncthreads_or(before)) continue;
    for (u32 column = threadIdx.x; column < (u32)width; column += blockDim.x) {
      float sum = 0.0f;
      for (u32 i = mine; i < (u32)count; i++) {
        if (indices[i] == row) sum += values[(u64)i * width + column];
      }
      y[row * width + column] = sum;
    }
  }
}
extern "C" __global__ void scatter_add_i32(const int* at, const float* x, float* y, i64 rows, int width, int count, Fault* fault) { scatter_add(at, x, y, rows, width, count, fault); }
extern "C" __global__ void scatter_add_i64(const i64* at, const float* x, float* y, i64 rows, int width, int count, Fault* fault) { scatter_add(at, x, y, rows, width, count, fault); }
