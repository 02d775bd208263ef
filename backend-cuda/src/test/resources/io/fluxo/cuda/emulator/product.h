// A matrix product as cuBLASLt defines it, and its computation on the host. Matrices lie column by column.
#pragma once
#include <cstddef>
#include <cstdint>

namespace fluxo {

enum ElementType { R_32F = 0, R_64F = 1, R_16BF = 14 };

enum Epilogue {
  DEFAULT = 1,
  RELU = 2,
  BIAS = 4,
  GELU = 32,
  // These are parts of others.
  DGELU_BIT = 64,
  AUXILIARY = 128,
  BGRAD = 16,
  BGRADA = 256,
  BGRADB = 512,
};

struct Matrix {
  uint64_t address;
  int type;
  int order;  // 0: by columns, 1: by rows
  int batch;
  int64_t rows, columns, leading, stride;
};

// Without pointers, so that a trace can hold it as it is.
struct Product {
  Matrix a, b, c, d;
  bool transpose_a, transpose_b, tf32;
  int epilogue;
  double alpha, beta;
  uint64_t bias, auxiliary;
  int bias_type, auxiliary_type;
  int64_t auxiliary_leading, bias_stride, auxiliary_stride;
};

size_t bytes_of(int type);
// From a matrix's first element of the first batch to behind the last one of the last batch.
size_t extent(const Matrix& matrix);
// How many numbers a bias, or the gradient of one, has: rows of D, or columns for BGRADB.
int64_t bias_length(const Product& product);

void multiply(const Product& product);

}
