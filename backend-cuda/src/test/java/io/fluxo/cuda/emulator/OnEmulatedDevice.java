package io.fluxo.cuda.emulator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with a new emulated device; skipped where the emulator cannot be built. */
abstract class OnEmulatedDevice {

    DeviceUnderTest device;

    @BeforeEach
    final void open() {
        device = DeviceUnderTest.open();
    }

    @AfterEach
    final void close() {
        if (device != null) {
            device.close();
        }
    }

    /** Another device, as after a start of the program. */
    final void reopen() {
        close();
        open();
    }
}
