// An error of the driver: CUDA's number and what has happened.
#pragma once
#include <string>

namespace fluxo {

enum Status {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
  NOT_SUPPORTED = 801,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901,
  CAPTURE_UNMATCHED = 903,
  CAPTURE_IMPLICIT = 906,
  CAPTURED_EVENT = 907,
  CAPTURE_WRONG_THREAD = 908,
};

struct Failure {
  int status;
  std::string text;
};

// The constant's name, and the driver's sentence for it; null for a number that is none.
const char* name_of(int status);
const char* sentence_of(int status);

std::string text(const char* format, ...) __attribute__((format(printf, 1, 2)));

[[noreturn]] inline void fail(int status, std::string what) { throw Failure{status, std::move(what)}; }

inline void require(bool condition, int status, const char* what) {
  if (!condition) fail(status, what);
}

}
