package io.fluxo.architecture;

/** A configuration says something that is not computed here, or lacks something. The message names the key; whoever read the file adds its name. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
