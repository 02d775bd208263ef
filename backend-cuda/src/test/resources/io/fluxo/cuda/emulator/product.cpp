#include "product.h"

#include <cmath>
#include <cstring>
#include <vector>

namespace fluxo {

namespace {

float from_bf16(uint16_t half) {
  const uint32_t word = (uint32_t)half << 16;
  float value;
  memcpy(&value, &word, 4);
  return value;
}

uint16_t to_bf16(float value) {
  uint32_t word;
  memcpy(&word, &value, 4);
  if ((word & 0x7fffffff) > 0x7f800000) return (uint16_t)(word >> 16 | 0x40);
  return (uint16_t)((word + 0x7fff + (word >> 16 & 1)) >> 16);
}

// To 10 bits after the point, to the nearest, ties away from zero.
float to_tf32(float value) {
  uint32_t word;
  memcpy(&word, &value, 4);
  if ((word & 0x7f800000) != 0x7f800000) word = (word + 0x1000) & 0xffffe000;
  memcpy(&value, &word, 4);
  return value;
}

template <class T> T load(uint64_t address, int type, int64_t index) {
  switch (type) {
    case R_32F: return (T)((const float*)address)[index];
    case R_64F: return (T)((const double*)address)[index];
    default: return (T)from_bf16(((const uint16_t*)address)[index]);
  }
}

template <class T> void store(uint64_t address, int type, int64_t index, T value) {
  switch (type) {
    case R_32F: ((float*)address)[index] = (float)value; return;
    case R_64F: ((double*)address)[index] = (double)value; return;
    default: ((uint16_t*)address)[index] = to_bf16((float)value);
  }
}

int64_t place(const Matrix& matrix, int64_t row, int64_t column) { return matrix.order == 0 ? row + column * matrix.leading : row * matrix.leading + column; }

uint64_t of_batch(const Matrix& matrix, int64_t batch) { return matrix.address + batch * matrix.stride * bytes_of(matrix.type); }

// cuBLASLt's GELU is the one by tanh.
template <class T> T gelu(T x) { return T(0.5) * x * (1 + std::tanh(T(0.79788456080286536) * (x + T(0.044715) * x * x * x))); }

template <class T> T gelu_slope(T x) {
  const T t = std::tanh(T(0.79788456080286536) * (x + T(0.044715) * x * x * x));
  return T(0.5) * (1 + t) + T(0.5) * x * (1 - t * t) * T(0.79788456080286536) * (1 + T(0.134145) * x * x);
}

// op(A) or op(B) of one batch as rows of numbers, of which the inner axis is `across`.
template <class T> std::vector<T> unpacked(const Matrix& matrix, int64_t batch, bool transposed, bool tf32) {
  const int64_t rows = transposed ? matrix.columns : matrix.rows, columns = transposed ? matrix.rows : matrix.columns;
  std::vector<T> values((size_t)(rows * columns));
  const uint64_t address = of_batch(matrix, batch);
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < columns; j++) {
      const T value = load<T>(address, matrix.type, transposed ? place(matrix, j, i) : place(matrix, i, j));
      values[(size_t)(i * columns + j)] = tf32 ? (T)to_tf32((float)value) : value;
    }
  }
  return values;
}

// T is the type of sums.
template <class T> void multiply_as(const Product& p) {
  const int64_t m = p.d.rows, n = p.d.columns, k = p.transpose_a ? p.a.rows : p.a.columns;
  const bool forward = p.epilogue & (RELU | GELU), backward = p.epilogue & DGELU_BIT;
  for (int64_t batch = 0; batch < p.d.batch; batch++) {
    const std::vector<T> a = unpacked<T>(p.a, batch, p.transpose_a, p.tf32), b = unpacked<T>(p.b, batch, p.transpose_b, p.tf32);
    const uint64_t c = of_batch(p.c, batch), d = of_batch(p.d, batch), bias = p.bias + batch * p.bias_stride * bytes_of(p.bias_type),
                   auxiliary = p.auxiliary + batch * p.auxiliary_stride * bytes_of(p.auxiliary_type);
    std::vector<T> sums((size_t)n);
    for (int64_t i = 0; i < m; i++) {
      std::fill(sums.begin(), sums.end(), T(0));
      for (int64_t l = 0; l < k; l++) {
        const T factor = a[(size_t)(i * k + l)];
        const T* row = b.data() + l * n;
        for (int64_t j = 0; j < n; j++) sums[(size_t)j] += factor * row[j];
      }
      T gradient = 0;
      for (int64_t j = 0; j < n; j++) {
        T value = (T)p.alpha * sums[(size_t)j];
        // A beta of 0 does not read C.
        if (p.beta != 0) value += (T)p.beta * load<T>(c, p.c.type, place(p.c, i, j));
        if (p.epilogue & BIAS) value += load<T>(bias, p.bias_type, i);
        if (forward && (p.epilogue & AUXILIARY)) store(auxiliary, p.auxiliary_type, i + j * p.auxiliary_leading, value);
        if (p.epilogue & RELU) value = value > 0 || value != value ? value : T(0);
        if (p.epilogue & GELU) value = gelu(value);
        if (backward) value *= gelu_slope(load<T>(auxiliary, p.auxiliary_type, i + j * p.auxiliary_leading));
        gradient += value;
        store(d, p.d.type, place(p.d, i, j), value);
      }
      if (p.epilogue & BGRAD) store(bias, p.bias_type, i, gradient);
      if (p.epilogue & BGRADA) {
        T sum = 0;
        for (int64_t l = 0; l < k; l++) sum += a[(size_t)(i * k + l)];
        store(bias, p.bias_type, i, sum);
      }
    }
    if (p.epilogue & BGRADB) {
      for (int64_t j = 0; j < n; j++) {
        T sum = 0;
        for (int64_t l = 0; l < k; l++) sum += b[(size_t)(l * n + j)];
        store(bias, p.bias_type, j, sum);
      }
    }
  }
}

}

size_t bytes_of(int type) { return type == R_64F ? 8 : type == R_16BF ? 2 : 4; }

size_t extent(const Matrix& matrix) {
  if (matrix.rows == 0 || matrix.columns == 0) return 0;
  const int64_t one = place(matrix, matrix.rows - 1, matrix.columns - 1) + 1;
  return (size_t)((matrix.batch - 1) * matrix.stride + one) * bytes_of(matrix.type);
}

int64_t bias_length(const Product& product) { return product.epilogue == BGRADB ? product.d.columns : product.d.rows; }

void multiply(const Product& product) {
  if (product.a.type == R_64F) multiply_as<double>(product);
  else multiply_as<float>(product);
}

}
