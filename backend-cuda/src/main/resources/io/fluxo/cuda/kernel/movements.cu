// Elements to other places, by the bytes of an element; constants, counts and draws.

template <class T> __device__ void copy(const T* x, T* y, const Walk<2>& walk, i64 from, i64 to, i64 n) {
  FOR_EACH(i, n) {
    u32 at[2];
    places(walk, i, at);
    y[to + at[1]] = x[from + at[0]];
  }
}
extern "C" __global__ void copy_1(const u8* x, u8* y, Walk<2> walk, i64 from, i64 to, i64 n) { copy(x, y, walk, from, to, n); }
extern "C" __global__ void copy_4(const u32* x, u32* y, Walk<2> walk, i64 from, i64 to, i64 n) { copy(x, y, walk, from, to, n); }
extern "C" __global__ void copy_8(const u64* x, u64* y, Walk<2> walk, i64 from, i64 to, i64 n) { copy(x, y, walk, from, to, n); }

template <class T> __device__ void fill(T* y, T value, i64 n) {
  FOR_EACH(i, n) y[i] = value;
}
extern "C" __global__ void fill_1(u8* y, u8 value, i64 n) { fill(y, value, n); }
extern "C" __global__ void fill_4(u32* y, u32 value, i64 n) { fill(y, value, n); }
extern "C" __global__ void fill_8(u64* y, u64 value, i64 n) { fill(y, value, n); }

extern "C" __global__ void iota_f32(float* y, int size, int inner, i64 n) { FOR_EACH(i, n) y[i] = (float)(i / (u32)inner % (u32)size); }
extern "C" __global__ void iota_i32(int* y, int size, int inner, i64 n) { FOR_EACH(i, n) y[i] = (int)(i / (u32)inner % (u32)size); }
extern "C" __global__ void iota_i64(i64* y, int size, int inner, i64 n) { FOR_EACH(i, n) y[i] = (i64)(i / (u32)inner % (u32)size); }

extern "C" __global__ void random_uniform(const i64* key, float* y, i64 n) { FOR_EACH(i, n) y[i] = draw(key, i); }

// Each element is dropped where its draw is below `rate`, and divided by 1 − rate otherwise.
extern "C" __global__ void dropout(const float* x, const i64* key, float* y, float rate, float scale, i64 n) {
  FOR_EACH(i, n) y[i] = draw(key, i) < rate ? 0.0f : x[i] * scale;
}

extern "C" __global__ void round_to_bf16(const float* x, u16* y, i64 n) { FOR_EACH(i, n) y[i] = bf16(x[i]); }
