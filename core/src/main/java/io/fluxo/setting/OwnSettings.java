package io.fluxo.setting;

import java.util.Map;

/** Values of the keys that a part brings. */
public final class OwnSettings extends Settings<OwnSettings> {

    private final Keys keys;

    /** @param set key → value, those that differ from the key's standard */
    public OwnSettings(Keys keys, Map<String, Object> set) {
        super(set);
        this.keys = keys;
    }

    @Override
    protected OwnSettings made(Map<String, Object> set) {
        return new OwnSettings(keys, set);
    }

    @Override
    public Keys keys() {
        return keys;
    }
}
