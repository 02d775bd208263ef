/* A CUDA driver that knows one GPU, as the macros say: INIT, what cuInit returns; COUNT, how many GPUs; MAJOR and MINOR, their capability. */
#include <string.h>

int cuInit(unsigned flags) { return INIT; }

int cuDeviceGetCount(int *count) { *count = COUNT; return 0; }

int cuDeviceGet(int *device, int index) { *device = index; return index < COUNT ? 0 : 101; }

int cuDeviceGetName(char *name, int length, int device) { strncpy(name, "Imaginary GPU", length); return 0; }

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    *value = attribute == 75 ? MAJOR : attribute == 76 ? MINOR : -1;
    return 0;
}

int cuGetErrorString(int error, const char **text) { *text = "system driver mismatch"; return 0; }
