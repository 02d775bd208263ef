package io.fluxo.cuda.natives;

/**
 * A library that lives in a world of its own.
 *
 * @param name    the library's name, for messages
 * @param adapter the package of Fluxo's classes that speak to it and are loaded beside it; its {@code Entry} is a {@code Function} from {@link
 *                io.fluxo.backend.BackendOptions} to {@link io.fluxo.backend.Backend}, made with the backend's name and the folder where the library
 *                unpacks what it loads
 */
public record Engine(String name, String adapter) {

    String entry() {
        return adapter + ".Entry";
    }
}
