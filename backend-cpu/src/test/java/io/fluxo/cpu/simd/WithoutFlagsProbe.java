package io.fluxo.cpu.simd;

import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.Backends;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.Map;

/** A program that uses the backends as a library. */
final class WithoutFlagsProbe {

    private WithoutFlagsProbe() {}

    public static void main(String[] arguments) {
        Map<String, BackendProvider> providers = Map.of("simd", new SimdProvider(), "ejml", new EjmlProvider());
        System.out.println(providers.get("simd").probe());
        say(() -> providers.get("simd").open(BackendOptions.DEFAULT));
        say(() -> new Backends(providers).open("simd", BackendOptions.DEFAULT));
        say(() -> {
            try (var ejml = new Backends(providers).open("ejml", BackendOptions.DEFAULT)) {
                System.out.println(ejml.upload(HostArray.of(Shape.of(2), 1f, 0.25f)));
            }
        });
    }

    private static void say(Runnable opening) {
        try {
            opening.run();
        } catch (RuntimeException | Error thrown) {
            System.out.println(thrown.toString().lines().findFirst().orElseThrow());
        }
    }
}
