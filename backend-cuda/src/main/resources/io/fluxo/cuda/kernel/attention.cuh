// What the kernels of attention have in common: the sizes of a call, and what the mask lets a query see.

struct Sizes {
  i64 batch, n, m, heads, d, dv;
  i64 causal;
};

// Whether query i sees key j; queries stand at the last n of m positions.
__device__ __forceinline__ bool sees(const Sizes& s, u32 i, u32 j) { return i < s.n && j < s.m && (!s.causal || (i64)j <= (i64)i + s.m - s.n); }

// How many keys the queries up to `last` see.
__device__ __forceinline__ u32 keys(const Sizes& s, u32 last) {
  if (!s.causal) return (u32)s.m;
  const i64 seen = (i64)last + 1 + s.m - s.n;
  return (u32)(seen < 0 ? 0 : seen < s.m ? seen : s.m);
}
