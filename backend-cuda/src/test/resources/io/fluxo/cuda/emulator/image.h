// What the emulator's NVRTC makes instead of a GPU's machine code: this header, the module's source after the front end, a shared library.
#pragma once
#include <cstdint>

namespace fluxo {

const char IMAGE_MAGIC[16] = "fluxo emulated";

struct ImageHeader {
  char magic[16];
  uint64_t source_bytes, library_bytes;
};

}
