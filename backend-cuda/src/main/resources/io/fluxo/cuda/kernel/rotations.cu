// Rotary positions: a thread for each pair of features (a, b), which become a·cos − b·sin and b·cos + a·sin. A `sign` of −1 turns back: that is the gradient.
// Feature a of pair i stands at i·step of its row of 2m, and b `apart` behind it.

extern "C" __global__ void rotate(const float* x, const float* cosines, const float* sines, float* y, int positions, int heads, int m, int step, int apart, float sign, i64 n) {
  FOR_EACH(i, n) {
    const u32 row = i / (u32)m;
    const u32 pair = i - row * (u32)m;
    const u32 angle = row / (u32)heads % (u32)positions * (u32)m + pair;
    const u32 first = row * 2u * (u32)m + pair * (u32)step;
    const u32 second = first + (u32)apart;
    const float a = x[first], b = x[second], c = cosines[angle], s = mul(sines[angle], sign);
    y[first] = sub(mul(a, c), mul(b, s));
    y[second] = add(mul(b, c), mul(a, s));
  }
}
